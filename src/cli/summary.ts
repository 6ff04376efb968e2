import type { Plan } from '../plan/plan.ts'
import { table } from './table.ts'

/** One line a step: its number, title, and the spec field that asked for it. */
export function summary({ steps }: Plan): string {
  return table([
    ['STEP', 'TITLE', 'WHY'],
    ...steps.map(({ title, why }, index) => [`${index + 1}`, title, why]),
  ])
}
