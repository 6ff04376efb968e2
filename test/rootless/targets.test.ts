import { mountTargets } from '../security/targets.ts'

mountTargets('anna')
