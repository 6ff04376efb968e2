import { Listr, ListrLogger, ListrLogLevels, ProcessOutput } from 'listr2'
import type { Plan } from '../plan/plan.ts'
import type { View } from './progress.ts'

/**
 * The steps on the host, ticked one by one; one that takes long is named before. Lines are only added: a list that is
 * drawn anew, listr2's other way, was seen to draw over the box's first words and over errors. Its signal handling,
 * which would end us before the program has cleaned up, is off: listr2 is a view and no more.
 */
export function ticks(plan: Plan, terminal: NodeJS.WriteStream): View {
  const logger = new Ticks({ processOutput: new ProcessOutput(terminal, terminal) })
  const where = new Map(plan.steps.map((step) => [step.title, step.where]))
  // The furnisher works beside the program: a step of the one does not end one of the other.
  const under: Record<'main' | 'furnisher', (() => void) | undefined> = {
    main: undefined,
    furnisher: undefined,
  }
  let inPrepare = true
  let quiet = false
  const tickOff = (...lanes: (keyof typeof under)[]) => {
    for (const lane of lanes) {
      under[lane]?.()
      under[lane] = undefined
    }
  }
  const step = (title: string) => {
    const lane = where.get(title) === 'furnish' ? 'furnisher' : 'main'
    tickOff(lane)
    if (inPrepare) tickOff('main')
    inPrepare &&= ['host', undefined].includes(where.get(title))
    // What PID 1 does comes too close to the box's own output.
    quiet ||= title === 'Start the command' || where.get(title) === 'init'
    if (quiet) tickOff('main', 'furnisher')
    else under[lane] = tick(title, logger)
  }
  return { step, running: () => tickOff('main', 'furnisher'), failed: () => logger.silence() }
}

/** Answers what ticks it. */
function tick(title: string, logger: Ticks): () => void {
  let finish = () => {}
  const over = new Promise<void>((resolve) => {
    finish = resolve
  })
  const list = new Listr([{ title, task: () => over }], {
    renderer: 'simple',
    registerSignalListeners: false,
    rendererOptions: { logger },
  })
  const slow = setTimeout(() => logger.announce(title), 1000)
  void list.run()
  return () => {
    clearTimeout(slow)
    finish()
  }
}

/** Says that a step is over, and not that it begins but when it is slow. */
class Ticks extends ListrLogger {
  #silent = false

  override log(...[level, ...rest]: Parameters<ListrLogger['log']>): void {
    if (!this.#silent && level !== ListrLogLevels.STARTED) super.log(level, ...rest)
  }

  announce(title: string): void {
    if (!this.#silent) super.log(ListrLogLevels.STARTED, title)
  }

  /** The program has told what went wrong: nothing more is to be said. */
  silence(): void {
    this.#silent = true
  }
}
