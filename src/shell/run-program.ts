import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'

export interface Run {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Show each command as it runs (`sh -x`), in the nested shells too. */
  readonly trace?: boolean
  /** Called for each line that the program writes about its progress; null when that ends. */
  readonly onStep?: (title: string | null) => void
}

/**
 * Runs a compiled program with our own standard streams, as if it had been called by hand, and answers its exit
 * status (128+n when a signal killed it). Signals are passed on; we end when the program has ended, never before.
 */
export function runProgram(file: string, { args, env, trace, onStep }: Run): Promise<number> {
  const told = onStep ? { BOXES_PROGRESS: '3' } : { BOXES_PROGRESS: undefined }
  const child = spawn('/bin/sh', [...(trace ? ['-x'] : []), file, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', onStep ? 'pipe' : 'ignore'],
    env: { ...env, ...told, ...(trace ? { BOXES_TRACE: '-x' } : {}) },
  })
  if (onStep) readSteps(child.stdio[3] as NodeJS.ReadableStream, onStep)
  const forget = passSignals((signal) => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      forget()
      onStep?.(null)
      resolve(code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0))
    })
  })
}

/** Lines `title<TAB>why`; `running<TAB>` is the last one. */
function readSteps(pipe: NodeJS.ReadableStream, onStep: (title: string | null) => void): void {
  let rest = ''
  pipe.setEncoding('utf8')
  pipe.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const [title = ''] = line.split('\t')
      onStep(title === 'running' ? null : title)
    }
  })
  pipe.on('error', () => {})
}

/** The terminal's own Ctrl-C has reached the program already, as it is in our process group; a second one would be one too many. */
function passSignals(pass: (signal: NodeJS.Signals) => void): () => void {
  const typed = inForeground()
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const listener = () => (signal === 'SIGINT' && typed ? undefined : pass(signal))
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  return () => {
    for (const off of listeners) off()
  }
}

/** True when our process group is the one that the controlling terminal sends its signals to: proc(5), pgrp and tpgid. */
function inForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const [, , pgrp, , , tpgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return pgrp === tpgid
}
