import { Listr, ListrLogger, ProcessOutput } from 'listr2'
import type { Plan } from '../plan/plan.ts'
import type { View } from './progress.ts'

/**
 * The steps on the host, each turning until a later one begins. listr2 is a view and no more: its signal handling,
 * which would end us before the program has cleaned up, is off. What the program says on standard error is shown when
 * the list stands still: the list would be drawn over it.
 */
export function spinner(plan: Plan, terminal: NodeJS.WriteStream): View {
  const inBox = new Set(plan.steps.filter(({ where }) => where === 'init').map(({ title }) => title))
  const titles = [
    'Claim the name',
    ...plan.steps.filter(({ where }) => before.has(where)).map(({ title }) => title),
  ]
  const steps = titles.map((title) => ({ title, ...promise() }))
  const list = new Listr(
    steps.map(({ title, over }) => ({ title, task: () => over })),
    {
      registerSignalListeners: false,
      fallbackRendererCondition: () => false,
      rendererOptions: { logger: new ListrLogger({ processOutput: new ProcessOutput(terminal, terminal) }) },
    },
  )
  const held: Buffer[] = []
  let still = false
  const stopped = list.run().catch(() => {})
  void stopped.then(() => {
    still = true
    for (const chunk of held.splice(0)) terminal.write(chunk)
  })
  const finish = (upTo: number) => {
    for (const { resolve } of steps.slice(0, upTo)) resolve()
  }
  return {
    // From the box's own steps on it may print at any moment: a line that is drawn over would be the box's.
    step: (title) =>
      finish(inBox.has(title) || title === 'Start the command' ? steps.length : titles.indexOf(title)),
    running: () => finish(steps.length),
    end: async () => {
      // Of those that are over this changes nothing; the one that was under way has failed.
      for (const { reject, title } of steps) reject(new Error(title))
      await stopped
    },
    errors: (chunk) => {
      if (still) terminal.write(chunk)
      else held.push(chunk)
    },
  }
}

const before = new Set(['host', 'confine', 'furnish'])

/** Made before the task runs, which listr2 does later: a step may be over by then. */
function promise() {
  let resolve = () => {}
  let reject = (_: Error) => {}
  const over = new Promise<void>((...both) => {
    resolve = both[0]
    reject = both[1]
  })
  over.catch(() => {})
  return { over, resolve, reject }
}
