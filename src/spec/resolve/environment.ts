import type { Namespaces, Process } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import { type Context, each } from './context.ts'
import { parseEnvFile } from './env-file.ts'
import { pairsOf } from './pairs.ts'
import { hostPath } from './paths-inside.ts'

/** Defaults, then env_file, then environment; a later value of a name replaces an earlier one in its place. */
export function resolveEnvironment(
  context: Context,
  { hostname, tty }: Pick<Process, 'hostname' | 'tty'>,
  { uts }: Namespaces,
): [string, string][] {
  const { host, inputs } = context
  const environment = new Map([['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']])
  const shown = uts.mode === 'host' ? host.hostname : hostname
  if (shown !== null && shown !== '') environment.set('HOSTNAME', shown)
  if (tty) environment.set('TERM', 'xterm')

  const set = (name: string, value: string | null, path: Path): void => {
    if (!wellNamed(context, name, path)) return
    // No value: that of the caller, and no variable when the caller has none, as in compose.
    const text = value ?? (Object.hasOwn(inputs.env, name) ? inputs.env[name] : undefined)
    if (text === undefined) return
    if (Buffer.byteLength(name) + Buffer.byteLength(text) + 2 > longest) {
      context.error(
        path,
        'value',
        `the value of ${show(name)} is longer than 128 KiB`,
        'execve(2) takes no more: use a file',
      )
    } else if (text.includes('\0'))
      context.error(path, 'nul', 'a NUL character cannot stand in any field', 'remove it')
    else environment.set(name, text)
  }
  for (const [text, path] of each(context.spec.env_file, 'env_file')) {
    const file = hostPath(context, text, path)
    if (file === null) continue
    const read = inputs.readText(file)
    if ('error' in read) {
      context.error(
        path,
        'file',
        `${show(file)} cannot be read: ${read.error}`,
        'paths start at the spec file',
      )
      continue
    }
    for (const entry of parseEnvFile(read.text)) {
      if ('error' in entry)
        context.error(path, 'value', `${show(file)}, line ${entry.line}: ${entry.error}`, 'write NAME=VALUE')
      else set(entry.name, entry.value, path)
    }
  }
  for (const { name, value, path } of pairsOf(context, 'environment')) set(name, value, path)
  return [...environment]
}

function wellNamed({ error }: Context, name: string, path: Path): boolean {
  const problem =
    name === '' ? 'is empty' : name.includes('=') ? 'holds "="' : name.includes('\0') ? 'holds NUL' : null
  if (problem === null) return true
  error(path, 'value', `the name of a variable ${problem}: ${show(name)}`, 'write NAME=VALUE')
  return false
}

// MAX_ARG_STRLEN of execve(2), the final NUL included.
const longest = 131072
