import { check } from './check.ts'
import { type At, type Diagnostic, diagnostic } from './diagnostic.ts'
import type { Env } from './interpolate.ts'
import { parseYaml } from './parse-yaml.ts'
import { toPlain } from './plain.ts'
import { places } from './positions.ts'
import type { Spec } from './spec.ts'

/** A spec that follows the schema, and where each value of it stands. */
export interface ReadSpec {
  readonly spec: Spec
  readonly at: At
}

/**
 * Read the text of a spec: all errors at once, each with its place. Never throws. Texts that the schema cannot
 * judge (sizes, paths, combinations) are for `resolve`; `partial` is the spec without the wrong fields, so that
 * the errors of those are found in the same run.
 */
export function readSpec(source: {
  readonly text: string
  readonly env: Env
}): ReadSpec | { readonly errors: readonly Diagnostic[]; readonly partial: ReadSpec | null } {
  const { at, atOffset, set } = places(source.text)
  const parsed = parseYaml(source.text, atOffset)
  if ('errors' in parsed) return { errors: parsed.errors, partial: null }
  const { data, errors } = toPlain(parsed.document, { at, atOffset, set }, source.env)
  if (!isMap(data)) {
    const got =
      errors.length > 0
        ? []
        : [diagnostic('type', 'a spec is a map of fields', 'start with `name: …`', [], at([]))]
    return { errors: [...errors, ...got], partial: null }
  }
  const told = new Set(errors.map((error) => error.path))
  const flaws = check(data, { at }).filter((flaw) => !told.has(flaw.path) || flaw.path === '')
  if (errors.length + flaws.length === 0) return { spec: data as Spec, at }
  const all = [...errors, ...flaws]
  for (const { path } of all) delete data[/^[^.[]*/.exec(path)?.[0] ?? '']
  return { errors: all, partial: { spec: data as Spec, at } }
}

function isMap(data: unknown): data is Record<string, unknown> {
  return data !== null && typeof data === 'object' && !Array.isArray(data)
}
