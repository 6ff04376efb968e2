/** Something that stops a command, told in one line: what, and what to do about it. */
export class Problem extends Error {
  readonly remedy: string
  readonly status: number

  /** Exit status: 1 in general, 2 for a wrong call, 125 where the box's own status would stand. */
  constructor(message: string, { remedy = '', status = 1 }: { remedy?: string; status?: number } = {}) {
    super(message)
    this.remedy = remedy
    this.status = status
  }
}

/** Text that was made for people already (a spec's errors with their carets), and the exit status. */
export class Printed extends Error {
  readonly status: number

  constructor(text: string, status: number) {
    super(text)
    this.status = status
  }
}

export const noSuchBox = (name: string, status = 1): Problem =>
  new Problem(`there is no such box: ${name}`, { remedy: 'boxes ps lists those that are', status })

/** What goes to standard error, and the exit status. */
export function tell(error: unknown): { readonly text: string; readonly status: number } {
  if (error instanceof Printed) return { text: error.message, status: error.status }
  if (error instanceof Problem) return { text: withHelp(error.message, error.remedy), status: error.status }
  const { message, stack, code, path } = error as NodeJS.ErrnoException
  if (code === 'EACCES' && path !== undefined)
    return {
      text: withHelp(
        `${path}: permission denied`,
        'run boxes as who owns it (root: with sudo), or name places of your own: BOXES_RUN, BOXES_ROOT',
      ),
      status: 125,
    }
  const text = process.env.BOXES_DEBUG ? `${stack}\n` : withHelp(message, 'BOXES_DEBUG=1 shows where')
  return { text, status: 125 }
}

const withHelp = (message: string, remedy: string): string =>
  `boxes: ${message}\n${remedy === '' ? '' : `  help: ${remedy}\n`}`
