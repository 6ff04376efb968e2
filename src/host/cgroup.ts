import { childFilesV1, childFilesV2, type KernelFacts, words } from './cgroup-files.ts'
import type { CgroupFacts } from './host.ts'
import type { Mount } from './mountinfo.ts'
import type { World } from './world.ts'

/** Where each controller lives and which files a new group would have. No group is made to find out. */
export const readCgroups = (world: World, mounts: readonly Mount[], facts: Facts): CgroupFacts => {
  const seen = visible(world, mounts)
  const v1 = controllersV1(seen)
  const v2 = treeV2(seen)
  const v2Controllers = v2 === null ? [] : words(world.read(`${v2}/cgroup.controllers`))
  const files = new Set([
    ...Object.entries(v1).flatMap(([name, point]) => childFilesV1(world, name, point, facts)),
    ...(v2 === null ? [] : childFilesV2(world, v2, v2Controllers, facts)),
  ])
  const version = versionOf(v1, v2)
  const manager = facts.systemd && version === 'v2' ? 'systemd' : null
  return { version, v1, v2, v2Controllers, files: [...files].sort(), manager }
}

/** What an ordinary user has: the part of the v2 tree that belongs to their own systemd, if it runs. */
export const readDelegated = (
  world: World,
  mounts: readonly Mount[],
  uid: number,
  facts: Facts,
): CgroupFacts => {
  const tree = treeV2(visible(world, mounts))
  if (!facts.systemd || tree === null) return nothing
  const v2 = `${tree}/user.slice/user-${uid}.slice/user@${uid}.service`
  if (!world.stat(`${v2}/cgroup.controllers`)) return nothing
  const v2Controllers = words(world.read(`${v2}/cgroup.controllers`))
  const files = childFilesV2(world, v2, v2Controllers, facts)
  return { version: 'v2', v1: {}, v2, v2Controllers, files: [...files].sort(), manager: 'systemd' }
}

interface Facts extends KernelFacts {
  /** systemd runs, and can be asked. */
  readonly systemd: boolean
}

const nothing: CgroupFacts = {
  version: 'none',
  v1: {},
  v2: null,
  v2Controllers: [],
  files: [],
  manager: null,
}

/** A tree hidden below a later mount shows no cgroup.procs. */
const visible = (world: World, mounts: readonly Mount[]): readonly Mount[] =>
  mounts.filter((mount) => mount.type.startsWith('cgroup') && world.stat(`${mount.point}/cgroup.procs`))

const treeV2 = (mounts: readonly Mount[]): string | null =>
  mounts.find((mount) => mount.type === 'cgroup2')?.point ?? null

const controllersV1 = (mounts: readonly Mount[]): Readonly<Record<string, string>> => {
  const found: Record<string, string> = {}
  for (const mount of mounts)
    if (mount.type === 'cgroup')
      for (const name of mount.options) if (CONTROLLERS_V1.has(name)) found[name] ??= mount.point
  return found
}

/** A v1 tree without controllers (systemd's own, elogind's) does not count. */
const versionOf = (v1: Readonly<Record<string, string>>, v2: string | null): CgroupFacts['version'] => {
  const any = Object.keys(v1).length > 0
  return any ? (v2 === null ? 'v1' : 'hybrid') : v2 === null ? 'none' : 'v2'
}

const CONTROLLERS_V1 = new Set(
  'blkio cpu cpuacct cpuset devices freezer hugetlb memory net_cls net_prio perf_event pids rdma misc'.split(
    ' ',
  ),
)
