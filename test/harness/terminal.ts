import { spawn } from 'node:child_process'
import { type Ran, until } from './run.ts'

/** A person at a terminal: what is typed goes through it, so a \x03 is a Ctrl-C to whoever runs in its foreground. */
export interface Terminal {
  readonly type: (text: string) => void
  /** What it shows so far. */
  readonly shown: () => string
  readonly shows: (text: string | RegExp) => Promise<unknown>
  readonly done: Promise<Ran>
}

/** Runs a line of shell at a terminal of its own, made by script(1). */
export function terminal(line: string, env: Readonly<Record<string, string | undefined>>): Terminal {
  const child = spawn('timeout', ['-k', '1', '30', 'script', '-qefc', line, '/dev/null'], {
    env: { ...env, SHELL: '/bin/sh' } as NodeJS.ProcessEnv,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stdin.on('error', () => {})
  const shown = () => stdout
  return {
    type: (text) => child.stdin.write(text),
    shown,
    shows: (text) =>
      until(
        () => (typeof text === 'string' ? stdout.includes(text) : text.test(stdout)),
        `it shows ${text}`,
      ).catch((error) => {
        throw new Error(`${error.message}, but\n${stdout}`)
      }),
    done: new Promise((resolve) =>
      child.once('close', (code) => resolve({ status: code ?? 255, stdout, stderr: '' })),
    ),
  }
}
