import { show } from '../diagnostic.ts'
import type { Context } from './context.ts'
import { pairsOf } from './pairs.ts'

/** Name and labels. Every other name of the box (cgroup, network namespace, directories) derives from the name. */
export function resolveIdentity(context: Context): { name: string; labels: Record<string, string> } {
  const labels: Record<string, string> = {}
  for (const { name, value, path } of pairsOf(context, 'labels')) {
    if (name === '' || reserved.has(name))
      context.error(path, 'value', `${show(name)} cannot be the name of a label`, 'rename it')
    else labels[name] = value ?? ''
  }
  return { name: nameOf(context), labels }
}

export const boxName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/

function nameOf({ spec, inputs, error }: Context): string {
  const name = spec.name ?? inputs.defaultName
  if (name === null) {
    error([], 'missing', 'a spec from standard input has no file name to be called by', 'add `name: …`')
    return 'box'
  }
  if (boxName.test(name)) return name
  const grammar = 'a name has 1 to 63 of A-Z a-z 0-9 _ . - and does not begin with . or -'
  if (spec.name !== undefined) error(['name'], 'value', `${show(name)} cannot be the name of a box`, grammar)
  else
    error(
      [],
      'missing',
      `the file name ${show(name)} cannot be the name of a box`,
      `add \`name: …\`: ${grammar}`,
    )
  return 'box'
}

const reserved = new Set(['__proto__', 'constructor', 'prototype'])
