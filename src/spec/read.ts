import { check } from './check.ts'
import { type At, type Diagnostic, diagnostic, type Flagged } from './diagnostic.ts'
import type { Env } from './interpolate.ts'
import { parseYaml } from './parse-yaml.ts'
import { toPlain } from './plain.ts'
import { places } from './positions.ts'
import { schema } from './schema.ts'
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
  const noted = places(source.text)
  const { at } = noted
  const parsed = parseYaml(source.text, noted.atOffset)
  if ('errors' in parsed) return { errors: parsed.errors, partial: null }
  const { data, flaws } = toPlain(parsed.document, noted, source.env)
  if (!isMap(data)) {
    const map = diagnostic('type', 'a spec is a map of fields', 'start with `rootfs: host`', [], at([]))
    return { errors: flaws.length > 0 ? flaws.map(told) : [map], partial: null }
  }
  prune(data, flaws)
  const seen = new Set(flaws.map(({ path }) => JSON.stringify(path)))
  const all = [...flaws, ...check(data, noted).filter(({ path }) => !seen.has(JSON.stringify(path)))]
  if (all.length === 0) return { spec: data as Spec, at }
  prune(data, all)
  return { errors: all.map(told), partial: { spec: data as Spec, at } }
}

/** Take wrong values out: of a list or a map of free keys that entry, else the whole field. Lists keep a hole. */
function prune(data: Record<string, unknown>, flaws: readonly Flagged[]): void {
  for (const { path, diagnostic } of flaws) {
    const [field, key] = path
    // A wrong key is not in the data.
    if (field === undefined || diagnostic.code === 'key') continue
    const value = data[field]
    const free =
      typeof key === 'number' || typeof schema.properties?.[field]?.additionalProperties === 'object'
    if (key !== undefined && free && value !== null && typeof value === 'object') {
      delete (value as Record<string | number, unknown>)[key]
    } else delete data[field]
  }
}

function told({ diagnostic }: Flagged): Diagnostic {
  return diagnostic
}

function isMap(data: unknown): data is Record<string, unknown> {
  return data !== null && typeof data === 'object' && !Array.isArray(data)
}
