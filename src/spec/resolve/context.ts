import type { Host } from '../../host/host.ts'
import { type At, type Code, type Diagnostic, diagnostic } from '../diagnostic.ts'
import type { Inputs } from '../inputs.ts'
import type { Path, Spec } from '../spec.ts'

/** What every part of resolve is given: the spec, the world, and two ways to speak. */
export interface Context {
  readonly spec: Spec
  readonly inputs: Inputs
  readonly host: Host
  /** Something is wrong at this place; resolving goes on, so that all errors are found. */
  readonly error: (path: Path, code: Code, message: string, remedy: string) => void
  /** A limitation that was taken, with what is lost. */
  readonly note: (text: string) => void
}

export function report(at: At): Pick<Context, 'error' | 'note'> & { errors: Diagnostic[]; notes: string[] } {
  const errors: Diagnostic[] = []
  const notes: string[] = []
  return {
    errors,
    notes,
    error: (path, code, message, remedy) => {
      errors.push(diagnostic(code, message, remedy, path, at(path)))
    },
    note: (text) => {
      if (!notes.includes(text)) notes.push(text)
    },
  }
}

/** One or many, as a list with the path of each. */
export function each(value: string | readonly string[] | undefined, field: string): [string, Path][] {
  if (value === undefined) return []
  if (typeof value === 'string') return [[value, [field]]]
  // flatMap skips the holes of entries that were wrong already.
  return value.flatMap((item, index): [string, Path][] => [[item, [field, index]]])
}
