import type { Host } from '../host/host.ts'
import type { Box } from './box.ts'
import { type Diagnostic, diagnostic, fileStart } from './diagnostic.ts'
import { type Inputs, readSpecText, realInputs, type Surroundings } from './inputs.ts'
import { printDiagnostics } from './print.ts'
import { readSpec } from './read.ts'
import { resolve } from './resolve.ts'

/**
 * The box that the spec at `path` (`-`: standard input) means on this host, or all of its errors, also as the
 * text to print. Limitations that were taken are in `box.notes`.
 */
export function loadSpec(
  path: string,
  { host, ...around }: Surroundings & { readonly host: Host },
): { readonly box: Box } | { readonly errors: readonly Diagnostic[]; readonly printed: string } {
  const name = path === '-' ? 'standard input' : path
  const source = readSpecText(path)
  if ('error' in source) {
    const error = diagnostic('file', `cannot be read: ${source.error}`, 'check the path', [], fileStart)
    return { errors: [error], printed: printDiagnostics(name, '', [error]) }
  }
  const { text } = source
  const inputs = realInputs(path, text, around)
  const read = readSpec({ text, env: around.env })
  const result = judge(read, inputs, host)
  return 'box' in result ? result : { ...result, printed: printDiagnostics(name, text, result.errors) }
}

/**
 * Resolve what was read. After errors in reading, the fields that are well-formed are judged too, so that all
 * errors come at once; what a dropped field may have caused is not an error.
 */
export function judge(
  read: ReturnType<typeof readSpec>,
  inputs: Inputs,
  host: Host,
): { readonly box: Box } | { readonly errors: readonly Diagnostic[] } {
  if ('spec' in read) return resolve(read, inputs, host)
  const more = read.partial === null ? null : resolve(read.partial, inputs, host)
  if (more === null || 'box' in more) return { errors: read.errors }
  const caused = more.errors.filter(({ code }) => code !== 'missing' && code !== 'conflict')
  return { errors: [...read.errors, ...caused] }
}
