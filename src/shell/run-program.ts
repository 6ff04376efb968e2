import type { ChildProcess } from 'node:child_process'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { passSignals } from './pass-signals.ts'
import { systemPath } from './system-path.ts'

export interface Run {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Show each command as it runs (`sh -x`), in the nested shells too. */
  readonly trace?: boolean
  /** What the program tells of its progress. */
  readonly steps?: Steps
}

export interface Steps {
  /** A step begins. */
  step(title: string): void
  /** The box's command runs: its own output begins, and no step follows. */
  running(): void
}

/**
 * Runs a compiled program with our own standard streams, as if it had been called by hand, and answers its exit
 * status (128+n when a signal killed it). Signals are passed on; we end when the program has ended, never before.
 */
export async function runProgram(file: string, { args, env, trace, steps }: Run): Promise<number> {
  // Before it runs: a signal that comes in between would end us and leave it alone.
  let child: ChildProcess | undefined
  const forget = passSignals((signal) => child?.kill(signal))
  child = processes().spawn('/bin/sh', [...(trace ? ['-x'] : []), file, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', steps ? 'pipe' : 'ignore'],
    env: {
      ...env,
      PATH: systemPath,
      BOXES_PROGRESS: steps ? '3' : undefined,
      ...(trace ? { BOXES_TRACE: '-x' } : {}),
    },
  })
  if (steps) readSteps(child.stdio[3] as NodeJS.ReadableStream, steps)
  try {
    return await ended(child)
  } finally {
    forget()
  }
}

/** What it tells is read to its end, unless something that it left running keeps the pipe open. */
function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      const status = code ?? 128 + constants.signals[signal as NodeJS.Signals]
      const done = () => {
        clearTimeout(timer)
        for (const stream of child.stdio) stream?.destroy()
        resolve(status)
      }
      const timer = setTimeout(done, 500)
      child.once('close', done)
    })
  })
}

/** Lines `title<TAB>why`; `running<TAB>` is the last one. */
function readSteps(pipe: NodeJS.ReadableStream, steps: Steps): void {
  let rest = ''
  pipe.setEncoding('utf8')
  pipe.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [title = ''] = line.split('\t')
      if (title === 'running') steps.running()
      else steps.step(title)
    }
  })
  pipe.on('error', () => {})
}

/** Loaded when it is used: `boxes plan`, in the same bundle, need not wait for it. */
const processes = () =>
  createRequire(import.meta.url)('node:child_process') as typeof import('node:child_process')
