import type { IdRange, UserFacts } from '../../host/host.ts'
import { inOrder } from '../../host/ids-in-order.ts'
import { moreIds, openLock } from '../../host/ordinary.ts'
import type { IdMapping, Namespace, Namespaces } from '../box.ts'
import { ownRange } from './auto-ids.ts'
import type { Context } from './context.ts'
import { givenMappings, type Mappings } from './mappings.ts'

type Users = { readonly user: Namespace; readonly ids: Namespaces['ids'] } & Mappings

/** The user namespace and its ids. An ordinary user's box always has one: root in it is they themselves, the rest is from /etc/subuid. */
export function resolveUsers(context: Context, name: string, joined: () => Namespace): Users {
  const { spec, host } = context
  if (!host.root) ordinary(context)
  const given = spec.uidMappings !== undefined || spec.gidMappings !== undefined
  const text = spec.userns_mode ?? (given ? 'private' : 'host')
  const made = ways[text]
  if (text === 'private') return { user: privately, ids: 'told', ...givenMappings(context) }
  forbidMappings(context)
  if (made !== undefined) return made(context, name)
  return { user: joined(), ids: 'shared', ...none }
}

const privately: Namespace = { mode: 'private' }
const none: Mappings = { uidMappings: [], gidMappings: [] }

const ways: Readonly<Record<string, (context: Context, name: string) => Users>> = {
  host: ({ host, spec, note }) => {
    if (host.root) return { user: { mode: 'host' }, ids: 'shared', ...none }
    if (spec.userns_mode !== undefined)
      note("userns_mode: an ordinary user's box has a user namespace even so; its root is you")
    return {
      user: privately,
      ids: 'shared',
      ...forBoth(host.user, (own, ranges) => inOrder([[own, 1], ...ranges])),
    }
  },
  'keep-id': ({ host }) => ({
    user: privately,
    ids: 'shared',
    ...(host.root ? same : forBoth(host.user, keptId)),
  }),
  auto: (context, name) => ({ user: privately, ids: 'alone', ...ownRange(context, name) }),
}

/** All ids as they are, but in a namespace that has no rights outside. */
const every = [{ containerID: 0, hostID: 0, size: 4294967295 }]
const same: Mappings = { uidMappings: every, gidMappings: every }

function forBoth(
  user: UserFacts,
  map: (own: number, ranges: readonly IdRange[]) => readonly IdMapping[],
): Mappings {
  return { uidMappings: map(user.uid, user.subuids), gidMappings: map(user.gid, user.subgids) }
}

/** The caller has the same id inside; the subordinate ones lie below and above it. */
function keptId(own: number, ranges: readonly IdRange[]): IdMapping[] {
  let left = own
  const below: IdRange[] = []
  const above: IdRange[] = []
  for (const [first, count] of ranges) {
    const part = Math.min(left, count)
    left -= part
    if (part > 0) below.push([first, part])
    if (part < count) above.push([first + part, count - part])
  }
  return [...inOrder(below), ...inOrder([[own, 1], ...above], own)]
}

function forbidMappings({ spec, error }: Context): void {
  for (const field of ['uidMappings', 'gidMappings'] as const) {
    if (spec[field] !== undefined)
      error([field], 'conflict', 'only a private user namespace has mappings', 'remove it, or `userns_mode`')
  }
}

/** What an ordinary user needs of the machine before any box can be made. */
function ordinary({ host, error }: Context): void {
  const { uid, name, locks, subuids, subgids } = host.user
  if (uid === 0) {
    error(
      [],
      'host',
      'this is the root of a user namespace',
      'run boxes as root, or as an ordinary user, outside of it',
    )
    return
  }
  for (const lock of locks) {
    error(
      [],
      'host',
      `this machine keeps ordinary users from making user namespaces: ${lock}`,
      `${openLock(lock)}; or run boxes as root`,
    )
  }
  if (subuids.length === 0 || subgids.length === 0) {
    const missing = subuids.length === 0 ? '/etc/subuid' : '/etc/subgid'
    error([], 'host', `${missing} has no ids for ${name}`, `${moreIds(host.user)}; or run boxes as root`)
  }
}
