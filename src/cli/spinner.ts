import { Listr, ListrLogger, ProcessOutput } from 'listr2'
import type { Plan } from '../plan/plan.ts'
import type { View } from './progress.ts'

/**
 * One line a step: it turns while the step runs and stays, ticked, when the next one begins. listr2 is a view and no
 * more: its signal handling, which would end us before the program has cleaned up, is off.
 */
export function spinner(plan: Plan): View {
  // From here on the box may print at any moment, and a line that is drawn over would be the box's.
  const last = new Set(
    plan.steps.filter(({ where }) => where === 'join' || where === 'init').map(({ title }) => title),
  )
  last.add('Start the command')
  let done: (() => void) | null = null
  let quiet = false
  return (title) => {
    done?.()
    done = null
    quiet ||= title === null || last.has(title)
    if (!quiet && title !== null) done = turn(title)
  }
}

function turn(title: string): () => void {
  // Made before the task runs, which is later: a step may be over by then.
  let finish = () => {}
  const over = new Promise<void>((resolve) => {
    finish = resolve
  })
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) })
  const list = new Listr([{ title, task: () => over }], {
    registerSignalListeners: false,
    renderer: 'default',
    fallbackRendererCondition: () => false,
    rendererOptions: { logger },
  })
  void list.run()
  return finish
}
