import { lives } from '../faults/life.ts'

lives('anna')
