import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'

export interface Ran {
  /** Exit status, 128+n when signal n killed it. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface Options {
  /** Whole environment of the process. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Text for standard input, which is /dev/null otherwise. */
  readonly stdin?: string
  readonly cwd?: string
  /** Milliseconds after which the process (and its group) is killed and the run is an error. Default 30 s. */
  readonly timeout?: number
}

/** A process that was started and may be signalled while it runs. */
export interface Running {
  readonly child: ChildProcess
  /** To the process alone, as `kill PID` does. */
  readonly kill: (signal: NodeJS.Signals) => void
  /** What it has said so far. */
  readonly said: () => { readonly stdout: string; readonly stderr: string }
  readonly done: Promise<Ran>
}

/** Starts `argv` in a session of its own, so that a timeout ends what it started and nothing else. */
export function start(argv: readonly [string, ...string[]], options: Options = {}): Running {
  const { env = process.env, stdin, cwd, timeout = 30_000 } = options
  const [file, ...args] = argv
  const child = spawn(file, args, {
    env: env as NodeJS.ProcessEnv,
    ...(cwd === undefined ? {} : { cwd }),
    detached: true,
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin?.on('error', () => {}).end(stdin)
  const done = new Promise<Ran>((resolve, reject) => {
    const late = setTimeout(() => {
      killGroup(child)
      child.stdout?.destroy()
      child.stderr?.destroy()
      reject(new Error(`${argv.join(' ')}\ndid not end in ${timeout} ms; it said:\n${stdout}${stderr}`))
    }, timeout)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(late)
      resolve({ status: code ?? 128 + constants.signals[signal ?? 'SIGKILL'], stdout, stderr })
    })
  })
  // Whoever awaits `done` gets its error; a test that forgets it must not end the whole run.
  done.catch(() => {})
  return { child, kill: (signal) => child.kill(signal), said: () => ({ stdout, stderr }), done }
}

export function run(argv: readonly [string, ...string[]], options: Options = {}): Promise<Ran> {
  return start(argv, options).done
}

/** Waits until `check` answers something true, and returns that. */
export async function until<T>(
  check: () => T | Promise<T>,
  what: string,
  timeout = 10_000,
): Promise<Exclude<T, null | undefined | false>> {
  const end = Date.now() + timeout
  for (;;) {
    const found = await check()
    if (found) return found as Exclude<T, null | undefined | false>
    if (Date.now() > end) throw new Error(`after ${timeout} ms still not: ${what}`)
    await sleep(10)
  }
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has gone meanwhile.
  }
}
