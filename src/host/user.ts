import type { IdRange, UserFacts } from './host.ts'
import { DEVICES } from './ordinary.ts'
import type { World } from './world.ts'

/** Who calls, which ids are theirs to map, and where their boxes are kept. */
export const readUser = (world: World, status: string): UserFacts => {
  const id = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+\\d+\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
  const uid = id('Uid')
  // Root needs none of the rest.
  if (uid === 0)
    return {
      uid,
      gid: id('Gid'),
      name: 'root',
      subuids: [],
      subgids: [],
      ...ownPlaces(world.env, uid),
      locks: [],
      devices: [],
    }
  const name = nameOf(world, uid)
  return {
    uid,
    gid: id('Gid'),
    name,
    subuids: apart(uid, ranges(world, '/etc/subuid', [name, `${uid}`])),
    subgids: apart(id('Gid'), ranges(world, '/etc/subgid', [name, `${uid}`])),
    ...ownPlaces(world.env, uid),
    locks: LOCKS.filter(([file, shut]) => world.read(file)?.trim() === shut).map(
      ([file, shut]) => `${file.replace('/proc/sys/', '').replaceAll('/', '.')}=${shut}`,
    ),
    devices: [...new Set(Object.values(DEVICES))].filter((device) => world.writable(device)),
  }
}

/** Where the boxes of a user are kept; `BOXES_RUN` and `BOXES_ROOT` override. XDG base directories, and what stands in for them. */
export const ownPlaces = (
  env: Readonly<Record<string, string | undefined>>,
  uid: number,
): Pick<UserFacts, 'runRoot' | 'dataRoot'> => {
  if (uid === 0) return { runRoot: '/run/boxes', dataRoot: '/var/lib/boxes' }
  return {
    runRoot: env.XDG_RUNTIME_DIR ? `${env.XDG_RUNTIME_DIR}/boxes` : `/tmp/boxes-${uid}`,
    dataRoot: `${env.XDG_DATA_HOME || `${env.HOME || '/nonexistent'}/.local/share`}/boxes`,
  }
}

/** Debian's own switch, the kernel's limit, and Ubuntu's since 24.04: file, and its value when shut. */
const LOCKS: readonly (readonly [file: string, shut: string])[] = [
  ['/proc/sys/kernel/unprivileged_userns_clone', '0'],
  ['/proc/sys/user/max_user_namespaces', '0'],
  ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'],
]

const nameOf = (world: World, uid: number): string => {
  const rows = (world.read('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'))
  return rows.find((row) => row[2] === `${uid}`)?.[0] ?? `${uid}`
}

/** Lines `NAME-OR-UID:FIRST:COUNT`, subuid(5); newuidmap(1) passes over a line that ends in a blank. */
const ranges = (world: World, file: string, owners: readonly string[]): readonly IdRange[] =>
  (world.read(file) ?? '').split('\n').flatMap((line): IdRange[] => {
    const [, owner = '', first, count] = /^([^:]+):(\d+):(\d+)$/.exec(line) ?? []
    return owners.includes(owner) ? [[Number(first), Number(count)]] : []
  })

/**
 * The same ids, none twice and without the own one: it is mapped beside them, and the kernel takes no ranges that overlap. A user is
 * easily in the file by name and by number, too. 4294967295 and what is above is no id.
 */
const apart = (own: number, given: readonly IdRange[]): readonly IdRange[] => {
  const known: IdRange[] = [[own, 1]]
  for (const [first, count] of given)
    known.push(...known.reduce(without, [between(first, Math.min(first + count, 4294967295))]))
  return known.slice(1)
}

/** What of some ranges is not in another. */
const without = (ranges: IdRange[], [first, count]: IdRange): IdRange[] =>
  ranges
    .flatMap(([from, size]) => [
      between(from, Math.min(from + size, first)),
      between(Math.max(from, first + count), from + size),
    ])
    .filter(([, size]) => size > 0)

const between = (from: number, to: number): IdRange => [from, to - from]
