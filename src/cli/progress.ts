import type { Plan } from '../plan/plan.ts'
import type { Io } from './io.ts'

/** Shows how far a program is. Never on standard output, which is the box's. */
export interface View {
  /** A step begins. */
  step(title: string): void
  /** The command runs: nothing more to show, the box's own output begins. */
  running(): void
  /** The program has ended before that. */
  failed(): void
}

/** Ticks for people, plain lines for a log. */
export async function progress(io: Io, plan: Plan, verbose: boolean): Promise<View> {
  if (!verbose && io.isTerminal(2)) return (await import('./ticks.ts')).ticks(plan, process.stderr)
  return { step: (title) => io.err(`${title}\n`), running: () => {}, failed: () => {} }
}
