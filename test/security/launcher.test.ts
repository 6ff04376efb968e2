import { launches } from './launcher.ts'

launches('root')
