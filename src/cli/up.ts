import { printProgram } from '../plan/program/print-program.ts'
import { runProgram } from '../shell/run-program.ts'
import type { Io } from './io.ts'
import { loadPlan } from './load-box.ts'
import { withProgramFile } from './program-file.ts'
import { progress } from './progress.ts'

export interface UpFlags {
  readonly detach?: boolean
  readonly rm?: boolean
  readonly verbose?: boolean
  readonly strict?: boolean
}

/** `boxes up`: runs the very text that `boxes plan` prints; its exit status is ours. */
export async function up(io: Io, { spec }: { spec: string }, flags: UpFlags): Promise<number> {
  // Standard input is there once only.
  for (let left = spec === '-' ? 0 : retries; ; left--) {
    const { ran, status } = await once(io, spec, flags)
    if (ran || status !== idsTaken) return status
    if (left === 0) return 125
    io.err(`boxes: planned again, with other ids\n`)
  }
}

/** What a program ends with whose ids (`userns_mode: auto`) are by now those of a box that was planned at the same time. */
const idsTaken = 75
const retries = 20

async function once(io: Io, spec: string, flags: UpFlags): Promise<{ ran: boolean; status: number }> {
  const plan = loadPlan(io, spec, { strict: flags.strict, status: 125 })
  const { box } = plan
  const args = ['up', ...(flags.detach ? ['-d'] : []), ...(flags.rm ? ['--rm'] : [])]
  const view = await progress(io, plan, flags.verbose === true)
  return withProgramFile(box.paths.runRoot, box.name, printProgram(plan), async (file, remove) => {
    let ran = false
    const running = () => {
      // By now the program has stored itself and has started all that it starts from this file.
      remove()
      view.running()
      ran = true
    }
    const steps = { step: view.step, running }
    const status = await runProgram(file, { args, env: io.env, trace: flags.verbose === true, steps })
    if (!ran) view.failed()
    return { ran, status }
  })
}
