import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar } from 'yaml'
import { type Code, diagnostic, type Flagged, show } from './diagnostic.ts'
import { type Env, interpolate } from './interpolate.ts'
import { maxDepth, type Yaml } from './parse-yaml.ts'
import type { Places } from './positions.ts'
import { childSchema, type Schema, schema, typesOf } from './schema.ts'
import type { Path } from './spec.ts'

/**
 * Plain data of a document: variables replaced, aliases followed, positions noted. Maps have no prototype, so
 * that no key of a file can be mistaken for a property of Object.
 */
export function toPlain(document: Yaml, places: Places, env: Env): { data: unknown; flaws: Flagged[] } {
  const flaws: Flagged[] = []
  const anchors = new Map<string, ParsedNode>()
  const targets = new Map<ParsedNode, ParsedNode | undefined>()
  let values = 0

  const fail = (code: Code, message: string, remedy: string, path: Path, node: ParsedNode): void => {
    const [start, end] = node.range
    const place = places.atOffset(start, Math.max(end, start + 1))
    flaws.push({ path, diagnostic: diagnostic(code, message, remedy, path, place) })
    if (flaws.length >= 200) throw new Stop()
  }

  const visit = (node: ParsedNode, path: Path, of: Schema | undefined, key: ParsedNode | null): unknown => {
    if (path.length > maxDepth || ++values > maxValues) {
      fail(
        'limit',
        'too many values in one file (aliases count each time)',
        'a spec is a small file',
        [],
        node,
      )
      throw new Stop()
    }
    if (isAlias(node)) {
      if (!targets.has(node)) targets.set(node, anchors.get(node.source))
      const target = targets.get(node)
      if (target !== undefined) return visit(target, path, of, key)
      fail('yaml', `no anchor named ${show(node.source)} stands before this alias`, '', path, node)
      return null
    }
    if ('anchor' in node && typeof node.anchor === 'string') anchors.set(node.anchor, node)
    const [start, end] = node.range
    const block = !isScalar(node) && (node as { flow?: boolean }).flow !== true
    const keyRange = key === null ? null : ([key.range[0], key.range[1]] as const)
    places.set(path, { key: keyRange, value: [start, end], block })
    if (isScalar(node)) return scalar(node, path, of)
    if (isSeq(node))
      return node.items.map((item, index) =>
        visit(item as ParsedNode, [...path, index], childSchema(of, index), null),
      )
    return map(node, path, of)
  }

  const map = (node: ParsedNode, path: Path, of: Schema | undefined): Record<string, unknown> => {
    const out: Record<string, unknown> = Object.create(null)
    if (!isMap(node)) return out
    for (const pair of node.items) {
      const key = pair.key as ParsedNode
      const name = isScalar(key) && key.value !== null ? (key.source ?? String(key.value)) : null
      const problem = name === null ? 'a key that is no text' : badKey(name, name in out)
      if (name === null || problem !== null) {
        fail('key', problem as string, remedyOf(name), path, key)
        continue
      }
      const value = pair.value as ParsedNode | null
      out[name] = value === null ? null : visit(value, [...path, name], childSchema(of, name), key)
      if (value === null)
        places.set([...path, name], { key: null, value: [key.range[0], key.range[1]], block: false })
    }
    return out
  }

  const scalar = (node: Scalar.Parsed, path: Path, of: Schema | undefined): unknown => {
    const types = of === undefined ? [] : typesOf(of)
    const { value, source } = node
    if (typeof value === 'string') {
      const result = interpolate(value, env)
      if ('error' in result) {
        fail('interpolation', result.error, result.remedy, path, node)
        return null
      }
      const broken = brokenText.exec(result.text)
      if (broken !== null) {
        const what = broken[0] === '\0' ? 'a NUL character' : 'half of a surrogate pair'
        fail('nul', `${what} cannot stand in any field`, 'remove it', path, node)
        return null
      }
      return result.text === value ? value : cast(result.text, types)
    }
    if (value === null || typeof value === 'object') return null
    if (isText(types, typeof value)) return source
    const numeric = types.includes('integer') || types.includes('number')
    if (numeric && typeof value === 'number' && /^[-+]?0[0-9]/.test(source)) {
      fail(
        'value',
        `${source} could be octal or decimal`,
        'remove the leading zeros, or write 0o… for octal',
        path,
        node,
      )
    }
    return value
  }

  try {
    return { data: document.contents === null ? null : visit(document.contents, [], schema, null), flaws }
  } catch (problem) {
    if (!(problem instanceof Stop)) throw problem
    return { data: null, flaws }
  }
}

/** A number or boolean where the field takes texts too: what the file says, so that `0010` and `1.10` stay. */
function isText(types: readonly string[], kind: string): boolean {
  if (!types.includes('string')) return false
  return kind === 'boolean' ? types.includes(kind) : types.includes('number') || types.includes('integer')
}

/** As compose: after interpolation a text becomes what its field wants. */
function cast(text: string, types: readonly string[]): unknown {
  if (types.length === 0 || types.includes('string')) return text
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true'
  if ((types.includes('integer') || types.includes('number')) && /^-?(0|[1-9]\d{0,15})$/.test(text))
    return Number(text)
  return text
}

function badKey(name: string, twice: boolean): string | null {
  if (twice) return `the key ${show(name)} is there twice`
  if (name === '<<') return 'merge keys are not read'
  if (brokenText.test(name)) return 'a NUL character, or half of a surrogate pair, in a key'
  return ['__proto__', 'constructor', 'prototype'].includes(name) ? `${show(name)} cannot be a key` : null
}

function remedyOf(name: string | null): string {
  if (name === null) return 'keys are plain words'
  return name === '<<' ? 'write the keys out' : 'remove one, or rename it'
}

// execve(2) cuts at a NUL; half a surrogate pair has no UTF-8 form, so neither would arrive as it is written.
const brokenText = /[\0\p{Cs}]/u

class Stop extends Error {}

const maxValues = 5000
