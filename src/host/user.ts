import type { IdRange, UserFacts } from './host.ts'
import type { World } from './world.ts'

/** Who calls, which ids are theirs to map, and where their boxes are kept. */
export const readUser = (world: World, status: string): UserFacts => {
  const id = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+\\d+\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0)
  const uid = id('Uid')
  const name = nameOf(world, uid)
  return {
    uid,
    gid: id('Gid'),
    name,
    subuids: ranges(world, '/etc/subuid', [name, `${uid}`]),
    subgids: ranges(world, '/etc/subgid', [name, `${uid}`]),
    ...ownPlaces(world.env, uid),
    locks: LOCKS.filter(([file, shut]) => world.read(file)?.trim() === shut).map(
      ([file, shut]) => `${file.replace('/proc/sys/', '').replaceAll('/', '.')}=${shut}`,
    ),
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

/** Lines `NAME-OR-UID:FIRST:COUNT`, subuid(5). */
const ranges = (world: World, file: string, owners: readonly string[]): readonly IdRange[] =>
  (world.read(file) ?? '').split('\n').flatMap((line): IdRange[] => {
    const [, owner = '', first, count] = /^([^:]+):(\d+):(\d+)\s*$/.exec(line) ?? []
    return owners.includes(owner) && Number(count) > 0 ? [[Number(first), Number(count)]] : []
  })
