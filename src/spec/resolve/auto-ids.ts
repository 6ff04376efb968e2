import type { IdRange } from '../../host/host.ts'
import type { IdMapping } from '../box.ts'
import type { Context } from './context.ts'
import type { Mappings } from './mappings.ts'

/** How many ids a box gets: all that files of a distribution have; for an ordinary user, who may own no more than that in all, a part. */
const wide = 65536
const narrow = 4096

/**
 * Ids that no other box of this caller has. The name chooses the range, so that boxes which are planned at the same time
 * meet seldom; those of other boxes are passed over; the program looks again before it takes it.
 */
export function ownRange(context: Context, name: string): Mappings {
  const { host, inputs, error } = context
  const { user } = host
  const size = host.root ? wide : narrow
  const gids = new Set(slotsOf(user.subgids, size))
  const slots = slotsOf(host.root ? [pool] : user.subuids, size).filter(
    (first) => host.root || gids.has(first),
  )
  const known = inputs.takenIds()
  const taken = known.filter((one) => one.box !== name).flatMap(({ ranges }) => ranges)
  const before = known.find((one) => one.box === name)?.ranges[0]?.[0]
  const free = slots.filter((first) => taken.every((range) => !overlap(range, [first, size])))
  const start = Number.parseInt(inputs.hash(name).slice(0, 8), 16) % Math.max(1, free.length)
  const first = before !== undefined && free.includes(before) ? before : free[start]
  if (first === undefined) {
    error(
      ['userns_mode'],
      'host',
      `no ${size} ids are left that no other box has`,
      host.root
        ? 'take boxes down'
        : `take boxes down, or get more in /etc/subuid and /etc/subgid (the same in both)`,
    )
    return { uidMappings: [], gidMappings: [] }
  }
  return {
    uidMappings: mapping(first, size, host.root, user.uid),
    gidMappings: mapping(first, size, host.root, user.gid),
  }
}

/** Above what useradd(8) gives away as subordinate ids (SUB_UID_MAX), within what systemd reserves for containers (UIDS-GIDS.md). */
const pool: IdRange = [0x40000000, 0x6fff0000 - 0x40000000]

function slotsOf(ranges: readonly IdRange[], size: number): number[] {
  return ranges.flatMap(([first, count]) =>
    Array.from({ length: Math.floor(count / size) }, (_, index) => first + index * size),
  )
}

function overlap([a, m]: IdRange, [b, n]: IdRange): boolean {
  return a < b + n && b < a + m
}

/** An ordinary user's own id comes after the box's, or their files could not be reached. */
function mapping(hostID: number, size: number, root: boolean, own: number): IdMapping[] {
  const range = { containerID: 0, hostID, size }
  return root ? [range] : [range, { containerID: size, hostID: own, size: 1 }]
}
