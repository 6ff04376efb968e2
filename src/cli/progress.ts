import type { Plan } from '../plan/plan.ts'
import type { Io } from './io.ts'

/** Shows how far a program is. Never on standard output, which is the box's. */
export interface View {
  /** A step begins. */
  step(title: string): void
  /** The command runs: nothing more to show, the box's own output begins. */
  running(): void
  /** The program has ended. */
  end(): Promise<void>
  /** Takes what the program writes to standard error, where it would be drawn over. */
  readonly errors?: (chunk: Buffer) => void
}

/** A list that moves for people, plain lines for a log. */
export async function progress(io: Io, plan: Plan, verbose: boolean): Promise<View> {
  if (!verbose && io.isTerminal(2) && process.stderr.columns > 0)
    return (await import('./spinner.ts')).spinner(plan, process.stderr)
  return { step: (title) => io.err(`${title}\n`), running: () => {}, end: async () => {} }
}
