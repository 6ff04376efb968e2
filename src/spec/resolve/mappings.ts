import type { IdMapping, Namespace } from '../box.ts'
import type { Context } from './context.ts'

/** Id ranges of a private user namespace; user_namespaces(7) states the rules. */
export function resolveMappings(
  context: Context,
  user: Namespace,
): { uidMappings: readonly IdMapping[]; gidMappings: readonly IdMapping[] } {
  const { spec, error } = context
  for (const field of ['uidMappings', 'gidMappings'] as const) {
    if (user.mode === 'private' && (spec[field] ?? []).length === 0) {
      error(
        spec[field] !== undefined ? [field] : spec.userns_mode !== undefined ? ['userns_mode'] : [],
        'missing',
        `a private user namespace needs ${field}`,
        `add \`${field}: [{containerID: 0, hostID: 100000, size: 65536}]\``,
      )
    } else if (user.mode !== 'private' && spec[field] !== undefined) {
      error(
        [field],
        'conflict',
        'only a private user namespace has mappings',
        `remove it, or \`userns_mode\``,
      )
    }
  }
  if (user.mode !== 'private') return { uidMappings: [], gidMappings: [] }
  return { uidMappings: ranges(context, 'uidMappings'), gidMappings: ranges(context, 'gidMappings') }
}

function ranges({ spec, error }: Context, field: 'uidMappings' | 'gidMappings'): IdMapping[] {
  const all = (spec[field] ?? []).map(({ containerID, hostID, size }) => ({ containerID, hostID, size }))
  if (all.length > 340) error([field], 'value', `${all.length} ranges`, 'the kernel takes at most 340')
  for (const side of ['containerID', 'hostID'] as const) {
    const sorted = all.map((range, index) => ({ from: range[side], to: range[side] + range.size, index }))
    sorted.sort((a, b) => a.from - b.from)
    sorted.forEach(({ from, to, index }, place) => {
      // 4294967295 is (uid_t) -1, which means "no id".
      if (to > 4294967295)
        error([field, index], 'value', 'the range ends after 4294967294', 'make size smaller')
      const before = sorted[place - 1]
      if (before !== undefined && before.to > from) {
        error(
          [field, index, side],
          'value',
          `the range overlaps ${field}[${before.index}]`,
          'ranges must not overlap',
        )
      }
    })
  }
  if (all.length > 0 && !all.some(({ containerID }) => containerID === 0)) {
    error(
      [field],
      'missing',
      'id 0 of the box is not mapped',
      'the box is built by its root: add a range with containerID 0',
    )
  }
  return all
}
