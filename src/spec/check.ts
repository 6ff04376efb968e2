import { type Diagnostic, diagnostic, show } from './diagnostic.ts'
import { nearest } from './nearest.ts'
import type { Places } from './positions.ts'
import { notYet, type Schema, schema, typesOf } from './schema.ts'
import type { Path } from './spec.ts'
import { type Flaw, validate } from './validate.generated.js'

/** Every place where data departs from the schema: one error for each, in plain words. */
export function check(data: unknown, { at }: Pick<Places, 'at'>): Diagnostic[] {
  if (validate(data)) return []
  return (validate.errors ?? []).map((flaw) => {
    const path = pathOf(flaw.instancePath, data)
    const wanted = schemaAt(flaw.schemaPath)
    const { key } =
      flaw.params.additionalProperty === undefined ? { key: null } : { key: flaw.params.additionalProperty }
    if (key !== null) return unknown(key, path, wanted, at)
    return explain(flaw, path, wanted, valueAt(data, path), at)
  })
}

function unknown(key: string, path: Path, parent: Schema, at: Places['at']): Diagnostic {
  const place = at([...path, key])
  if (path.length === 0 && notYet.has(key)) {
    return diagnostic('unsupported', `${show(key)} is not supported yet`, 'remove it', [], place)
  }
  const known = Object.keys(parent.properties ?? {})
  const guess = nearest(key, known)
  const remedy = guess === null ? `known here: ${known.join(', ')}` : `did you mean "${guess}"?`
  return diagnostic(
    'unknown',
    `unknown key ${show(key)}`,
    path.length === 0 && guess === null ? 'see `boxes explain`, or start it with "x-"' : remedy,
    path,
    place,
  )
}

function explain(flaw: Flaw, path: Path, wanted: Schema, value: unknown, at: Places['at']): Diagnostic {
  const about = wanted.description
  const place = at(path)
  switch (flaw.keyword) {
    case 'required':
      return diagnostic('missing', `${show(flaw.params.missingProperty)} is missing`, about, path, place)
    case 'enum':
      return diagnostic(
        'value',
        `${show(value)} is none of ${wanted.enum?.map((word) => `"${word}"`).join(', ')}`,
        about,
        path,
        place,
      )
    case 'minimum':
      return diagnostic('value', `${show(value)} is less than ${wanted.minimum}`, about, path, place)
    case 'maximum':
      return diagnostic('value', `${show(value)} is more than ${wanted.maximum}`, about, path, place)
    default:
      return diagnostic('type', `expected ${expected(wanted)}, got ${got(value)}`, about, path, place)
  }
}

/** The types a schema allows, in words. */
function expected(wanted: Schema): string {
  const types = typesOf(wanted)
  const words = types
    .filter(
      (type) =>
        !(types.includes('string') && ['number', 'integer', 'boolean', 'null'].includes(type)) ||
        type === 'integer',
    )
    .map((type) => typeWords[type] ?? type)
  return words.join(' or ')
}

function got(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return `the text ${show(value)}`
  return typeof value === 'boolean' ? String(value) : `the number ${show(value)}`
}

/** JSON pointer to path; a number is a list index only where the data has a list. */
function pathOf(pointer: string, data: unknown): Path {
  let value = data
  return pointer
    .split('/')
    .slice(1)
    .map((part) => {
      const key = decode(part)
      const step = Array.isArray(value) ? Number(key) : key
      value = valueAt(value, [step])
      return step
    })
}

function valueAt(data: unknown, path: Path): unknown {
  let value = data
  for (const key of path) {
    if (value === null || typeof value !== 'object') return undefined
    value = (value as Record<string | number, unknown>)[key]
  }
  return value
}

/** The schema that holds the keyword which `#/properties/…/keyword` names. */
function schemaAt(pointer: string): Schema {
  const keys = pointer
    .split('/')
    .slice(1, -1)
    .map((part) => decode(decodeURIComponent(part)))
  return valueAt(schema, keys) as Schema
}

function decode(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'nothing',
}
