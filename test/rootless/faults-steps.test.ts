import { everyStart } from '../faults/steps.ts'

everyStart('anna')
