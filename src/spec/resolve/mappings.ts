import type { IdRange } from '../../host/host.ts'
import type { IdMapping } from '../box.ts'
import type { Context } from './context.ts'

/** The ranges of a private user namespace as the spec lists them; user_namespaces(7) states the rules. */
export function givenMappings(context: Context): Mappings {
  const { spec, host, error } = context
  for (const field of ['uidMappings', 'gidMappings'] as const) {
    if ((spec[field] ?? []).length > 0) continue
    error(
      spec[field] !== undefined ? [field] : spec.userns_mode !== undefined ? ['userns_mode'] : [],
      'missing',
      `a private user namespace needs ${field}`,
      `add \`${field}: [{containerID: 0, ${example(context, field)}}]\`${host.root ? '' : ', or use `userns_mode: auto` or `keep-id`'}`,
    )
  }
  if (!host.root) {
    own(context, 'uidMappings', host.user.uid, host.user.subuids)
    own(context, 'gidMappings', host.user.gid, host.user.subgids)
  }
  return { uidMappings: ranges(context, 'uidMappings'), gidMappings: ranges(context, 'gidMappings') }
}

/** What would do. */
function example({ host: { root, user } }: Context, field: Field): string {
  if (root) return 'hostID: 100000, size: 65536'
  return `hostID: ${field === 'uidMappings' ? user.uid : user.gid}, size: 1`
}

export interface Mappings {
  readonly uidMappings: readonly IdMapping[]
  readonly gidMappings: readonly IdMapping[]
}

type Field = keyof Mappings

/** newuidmap(1) gives an ordinary user their own ids only, and without the own one the box's root could not read what is theirs. */
function own({ spec, error }: Context, field: Field, id: number, subordinate: readonly IdRange[]): void {
  const all = spec[field] ?? []
  const within = ({ hostID, size }: IdMapping, [first, count]: IdRange) =>
    hostID >= first && hostID + size <= first + count
  all.forEach((range, index) => {
    if (![[id, 1] as const, ...subordinate].some((one) => within(range, one)))
      error(
        [field, index, 'hostID'],
        'host',
        `${range.hostID} and ${range.size - 1} more are not all yours to map`,
        `yours are ${id} and ${listed(subordinate)}`,
      )
  })
  if (all.length > 0 && !all.some((range) => within({ ...range, size: 1 }, [id, 1])))
    error([field], 'missing', `your own id ${id} is not mapped`, `add a range with hostID ${id} and size 1`)
}

function listed(ranges: readonly IdRange[]): string {
  return ranges.map(([first, count]) => `${first}-${first + count - 1}`).join(', ') || 'no others'
}

function ranges({ spec, error }: Context, field: Field): IdMapping[] {
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
