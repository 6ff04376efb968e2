import { everyStart } from './steps.ts'

everyStart('root')
