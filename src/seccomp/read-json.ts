/** Reads parts of parsed JSON and notes what is wrong with them; after an error the answer is empty, and reading goes on. */
export function createReader(): Reader {
  const errors: string[] = []
  const fail = (path: string, message: string): undefined => {
    errors.push(path === '' ? message : `${path}: ${message}`)
  }
  return { errors, fail, object, list, text, oneOf, whole }

  function object(path: string, value: unknown, known: readonly string[]): Json {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      fail(path, `expected an object, got ${kind(value)}`)
      return {}
    }
    // A null is how Go programs write a missing field.
    const fields = Object.entries(value).filter(([, field]) => field !== null)
    for (const [key] of fields) {
      if (!known.includes(key)) fail(at(path, key), `unknown key; known are ${known.join(', ')}`)
    }
    return Object.fromEntries(fields)
  }

  function list(path: string, value: unknown): readonly unknown[] {
    if (value === undefined || Array.isArray(value)) return value ?? []
    fail(path, `expected a list, got ${kind(value)}`)
    return []
  }

  function text(path: string, value: unknown, pattern = /^/, wanted = 'text'): string | undefined {
    if (typeof value === 'string' && pattern.test(value)) return value
    return fail(path, `expected ${wanted}, got ${kind(value)}`)
  }

  function oneOf<T extends string>(path: string, value: unknown, known: readonly T[]): T | undefined {
    const found = known.find((word) => word === value)
    return found ?? fail(path, `expected one of ${known.join(', ')}, got ${kind(value)}`)
  }

  function whole(path: string, value: unknown, max: number): number | undefined {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max) return value
    return fail(path, `expected a whole number from 0 to ${max}, got ${kind(value)}`)
  }
}

export type Json = Readonly<Record<string, unknown>>

export interface Reader {
  readonly errors: readonly string[]
  /** Answers nothing, so that `return reader.fail(…)` reads well. */
  fail(path: string, message: string): undefined
  /** The fields that are not null. Every key outside of `known` is an error. */
  object(path: string, value: unknown, known: readonly string[]): Json
  /** Empty when absent. */
  list(path: string, value: unknown): readonly unknown[]
  text(path: string, value: unknown, pattern?: RegExp, wanted?: string): string | undefined
  oneOf<T extends string>(path: string, value: unknown, known: readonly T[]): T | undefined
  whole(path: string, value: unknown, max: number): number | undefined
}

/** `syscalls[0]` and `op`: `syscalls[0].op` */
export function at(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

/** The object without its undefined fields: what optional fields want. */
export function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

function kind(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}
