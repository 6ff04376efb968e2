import { type Diagnostic, diagnostic, type Flagged, show } from './diagnostic.ts'
import { nearest } from './nearest.ts'
import type { Places } from './positions.ts'
import { notYet, type Schema, schema, typesOf } from './schema.ts'
import type { Path } from './spec.ts'
import { type Flaw, validate } from './validate.generated.js'

/** Every place where data departs from the schema: one error for each, in plain words. */
export function check(data: unknown, places: Pick<Places, 'at' | 'atKey'>): Flagged[] {
  if (validate(data)) return []
  const flagged = (validate.errors ?? []).slice(0, 200).map((flaw) => {
    const path = pathOf(flaw.instancePath, data)
    const wanted = schemaAt(flaw.schemaPath)
    const key = flaw.params.additionalProperty
    if (key !== undefined) return unknown(key, path, wanted, places)
    return { path, diagnostic: explain(flaw, path, wanted, valueAt(data, path), places.at) }
  })
  return flagged.filter(({ diagnostic: one }) => one.code !== 'missing' || !flagged.some(isTypoOf(one)))
}

/** A misspelt key is one mistake, though the right one is then missing. */
function isTypoOf(missing: Diagnostic): (other: Flagged) => boolean {
  const [name = ''] = missing.message.split(' ')
  return ({ diagnostic: { code, path, remedy } }) =>
    code === 'unknown' && path === missing.path && remedy.includes(name)
}

function unknown(key: string, path: Path, parent: Schema, { atKey }: Pick<Places, 'atKey'>): Flagged {
  const place = atKey([...path, key])
  const here = [...path, key]
  const instead = path.length === 0 ? notYet.get(key) : undefined
  if (instead !== undefined) {
    const message = `${show(key)} is not supported yet`
    return { path: here, diagnostic: diagnostic('unsupported', message, instead, [], place) }
  }
  const known = Object.keys(parent.properties ?? {})
  const guess = nearest(key, known)
  const list = path.length === 0 ? 'a key of your own begins with "x-"' : `known here: ${known.join(', ')}`
  const remedy = guess === null ? list : `did you mean "${guess}"?`
  return { path: here, diagnostic: diagnostic('unknown', `unknown key ${show(key)}`, remedy, path, place) }
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
      return diagnostic('value', `${value} is less than ${wanted.minimum}`, about, path, place)
    case 'maximum':
      return diagnostic('value', `${value} is more than ${wanted.maximum}`, about, path, place)
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
  return typeof value === 'boolean' ? String(value) : `the number ${value}`
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
