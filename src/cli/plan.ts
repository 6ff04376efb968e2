import { printProgram } from '../plan/program/print-program.ts'
import type { Io } from './io.ts'
import { loadPlan } from './load-box.ts'
import { summary } from './summary.ts'

export interface PlanFlags {
  readonly json?: boolean
  readonly summary?: boolean
  readonly host?: string | undefined
  readonly strict?: boolean
  readonly 'no-color'?: boolean
}

/** `boxes plan`: the program that `boxes up` runs, to the byte; coloured only for a terminal. */
export async function plan(io: Io, { spec }: { spec: string }, flags: PlanFlags): Promise<number> {
  const made = loadPlan(io, spec, flags)
  if (flags.json) io.out(`${JSON.stringify(made, null, 2)}\n`)
  else if (flags.summary) io.out(summary(made))
  else if (io.colors(flags['no-color']))
    io.out((await import('./highlight.ts')).highlight(printProgram(made)))
  else io.out(printProgram(made))
  return 0
}
