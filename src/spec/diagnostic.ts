import type { Path } from './spec.ts'

/** One thing wrong with a spec: what, where and what to do about it. */
export interface Diagnostic {
  readonly code: Code
  readonly message: string
  readonly remedy: string
  /** As people write it, e.g. `volumes[0].source`; empty for the whole file. */
  readonly path: string
  /** Counted from 1; columns in characters (code points). */
  readonly line: number
  readonly column: number
  /** Characters to underline, at least 1. */
  readonly length: number
}

/**
 * - `file`: cannot be read, or is no text; `limit`: larger or deeper than boxes reads
 * - `yaml`: syntax; `key`: a key twice, or one that is no plain word; `nul`: a NUL byte
 * - `interpolation`: a `${…}`; `unknown`: a key nobody knows; `unsupported`: known, but not here
 * - `type`: another kind of value; `value`: the kind is right, the text is not; `missing`: needed and not there
 * - `conflict`: two fields that exclude each other; `host`: right, but not on this machine
 */
export type Code =
  | 'file'
  | 'limit'
  | 'yaml'
  | 'key'
  | 'nul'
  | 'interpolation'
  | 'unknown'
  | 'unsupported'
  | 'type'
  | 'value'
  | 'missing'
  | 'conflict'
  | 'host'

export interface Position {
  readonly line: number
  readonly column: number
  readonly length: number
}

/** Where a value stands in the file; the nearest one around it when it is not there itself. */
export type At = (path: Path) => Position

/** A diagnostic and the value it is about. */
export interface Flagged {
  readonly path: Path
  readonly diagnostic: Diagnostic
}

export const fileStart: Position = { line: 1, column: 1, length: 1 }

export function diagnostic(
  code: Code,
  message: string,
  remedy: string,
  path: Path,
  place: Position,
): Diagnostic {
  const { line, column, length } = place
  return { code, message, remedy, path: pathText(path), line, column, length }
}

export function pathText(path: Path): string {
  let text = ''
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`
    else if (/^[\w-]+$/.test(key)) text += text === '' ? key : `.${key}`
    else text += `[${show(key)}]`
  }
  return text
}

/** A value as messages quote it: one line, nothing a terminal would act on, not too long. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value)
  const cut = text.length > 60 ? `${text.slice(0, 57)}…` : text
  return visible(JSON.stringify(cut))
}

/** Control, format, separator and unpaired surrogate characters as escapes, so that no terminal acts on them. */
export function visible(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (char) => {
    const code = (char.codePointAt(0) as number).toString(16)
    return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`
  })
}
