import { mountTargets } from './targets.ts'

mountTargets('root')
