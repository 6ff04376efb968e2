import { fstatSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'

/** The streams and the environment a command was started with. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  out(text: string): void
  err(text: string): void
  /** Whether people look at it: 0, 1 or 2. */
  isTerminal(fd: number): boolean
  /** Colours are wanted on standard output. */
  colors(off?: boolean): boolean
  /** Columns of the terminal; 80 without one. */
  width(): number
}

/** Of this process. `process.stdout` is left alone: making it costs `boxes plan` milliseconds. */
export const realIo = (): Io => ({
  env: process.env,
  out: (text) => write(1, text),
  err: (text) => write(2, text),
  isTerminal,
  colors: (off = false) => !off && !process.env.NO_COLOR && process.env.TERM !== 'dumb' && isTerminal(1),
  width: () => Math.max(40, isTerminal(1) ? (process.stdout.columns ?? 80) : 80),
})

function isTerminal(fd: number): boolean {
  try {
    const stat = fstatSync(fd)
    // Loading node:tty costs milliseconds, and /dev/null (major number 1, like all of mem(4)) is no terminal.
    return stat.isCharacterDevice() && stat.rdev >> 8 !== 1 && tty().isatty(fd)
  } catch {
    return false
  }
}

/** Whole, however slowly it is read. A reader who has left (`| head`) ends us as SIGPIPE would. */
function write(fd: number, text: string): void {
  let rest = Buffer.from(text)
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') process.exit(141)
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

const tty = () => createRequire(import.meta.url)('node:tty') as typeof import('node:tty')
