import type { Plan } from '../plan/plan.ts'
import type { Io } from './io.ts'

/** Shows the title of each step; null: nothing more to show, the box's own output begins. */
export type View = (title: string | null) => void

/** A spinner for people, plain lines for a log; never on standard output, which is the box's. */
export async function progress(io: Io, plan: Plan, verbose: boolean): Promise<View> {
  if (!verbose && io.isTerminal(2)) return (await import('./spinner.ts')).spinner(plan)
  return (title) => {
    if (title !== null) io.err(`${title}\n`)
  }
}
