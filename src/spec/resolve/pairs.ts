import { show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import type { Context } from './context.ts'

/**
 * Name, value and place of each entry of a map or of a list of `NAME=VALUE`. A list entry without `=` has the
 * value null. A name twice is an error, as it is in a map.
 */
export function pairsOf(
  { spec, error }: Context,
  field: 'labels' | 'environment' | 'sysctls' | 'extra_hosts',
  separator: RegExp = /=/,
): { name: string; value: string | null; path: Path }[] {
  const value: Readonly<Record<string, string | null>> | readonly string[] = spec[field] ?? []
  if (!Array.isArray(value)) {
    return Object.entries(value).map(([name, text]) => ({ name, value: text, path: [field, name] }))
  }
  const seen = new Set<string>()
  return value.flatMap((entry: string, index) => {
    const path = [field, index]
    const cut = entry.search(separator)
    const name = cut < 0 ? entry : entry.slice(0, cut)
    if (seen.has(name) && field !== 'extra_hosts') {
      error(path, 'value', `${show(name)} is there twice`, 'remove one of them')
      return []
    }
    seen.add(name)
    return [{ name, value: cut < 0 ? null : entry.slice(cut + 1), path }]
  })
}
