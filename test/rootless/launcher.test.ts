import { launches } from '../security/launcher.ts'

launches('anna')
