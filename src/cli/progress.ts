import type { Plan } from '../plan/plan.ts'
import type { Steps } from '../shell/run-program.ts'
import type { Io } from './io.ts'

/** Shows how far a program is. Never on standard output, which is the box's. */
export interface View extends Steps {
  /** The program has ended before the command ran. */
  failed(): void
}

/** Ticks for people, plain lines for a log. */
export async function progress(io: Io, plan: Plan, verbose: boolean): Promise<View> {
  if (!verbose && io.isTerminal(2)) return (await import('./ticks.ts')).ticks(plan, process.stderr)
  return { step: (title) => io.err(`${title}\n`), running: () => {}, failed: () => {} }
}
