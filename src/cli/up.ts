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
    return status
  })
}
