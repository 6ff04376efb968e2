import type { World } from './world.ts'

/** Files of a group below a v1 tree's root: the root's own, those of a child if it has one, and those that the root never has. */
export const childFilesV1 = (
  world: World,
  controller: string,
  point: string,
  hugepages: readonly string[],
): readonly string[] => {
  const root = world.list(point)
  const child = root.find((name) => name.endsWith('/'))
  return [
    ...plainFiles(root).filter((name) => !ROOT_ONLY.has(name)),
    ...(child ? plainFiles(world.list(`${point}/${child}`)) : derivedV1(controller, root, hugepages)),
  ]
}

/**
 * Files of a group below the v2 root. A child shows those of the controllers handed down (cgroup.subtree_control);
 * those of the others are derived: they appear when the controller is enabled.
 */
export const childFilesV2 = (
  world: World,
  point: string,
  controllers: readonly string[],
  kernel: readonly [number, number],
  hugepages: readonly string[],
): readonly string[] => {
  const root = world.list(point)
  const child = root.find((name) => name.endsWith('/'))
  const listed = child ? plainFiles(world.list(`${point}/${child}`)) : []
  const given = child ? words(world.read(`${point}/cgroup.subtree_control`)) : []
  const since = (major: number, minor: number): boolean =>
    kernel[0] > major || (kernel[0] === major && kernel[1] >= minor)
  const facts: Facts = { world, root, hugepages, since }
  const missing = [...(child ? [] : ['cgroup']), ...controllers.filter((name) => !given.includes(name))]
  return [...listed, ...missing.flatMap((name) => DERIVED_V2[name]?.(facts) ?? [])]
}

export const words = (text: string | null): readonly string[] => (text ?? '').split(/\s+/).filter(Boolean)

const plainFiles = (names: readonly string[]): readonly string[] =>
  names.filter((name) => !name.endsWith('/'))

/** CFTYPE_NOT_ON_ROOT in the kernel's v1 tables. bfq's statistics in the root tell that its weights are in a child. */
const derivedV1 = (
  controller: string,
  root: readonly string[],
  pages: readonly string[],
): readonly string[] => {
  if (controller === 'pids') return ['pids.current', 'pids.events', 'pids.max']
  if (controller === 'freezer') return ['freezer.parent_freezing', 'freezer.self_freezing', 'freezer.state']
  if (controller === 'blkio' && root.some((name) => name.startsWith('blkio.bfq.')))
    return ['blkio.bfq.weight', 'blkio.bfq.weight_device']
  if (controller === 'hugetlb') return pages.map((size) => `hugetlb.${size}.limit_in_bytes`)
  return []
}

/** CFTYPE_ONLY_ON_ROOT in the kernel's v1 tables. */
const ROOT_ONLY = new Set(['cgroup.sane_behavior', 'cpuset.memory_pressure_enabled', 'release_agent'])

interface Facts {
  readonly world: World
  readonly root: readonly string[]
  readonly hugepages: readonly string[]
  readonly since: (major: number, minor: number) => boolean
}

/** The limits that boxes can set, by controller. Source: Documentation/admin-guide/cgroup-v2.rst, and git tags for the versions. */
const DERIVED_V2: Readonly<Record<string, (facts: Facts) => readonly string[]>> = {
  cgroup: ({ since }) => [
    ...words(
      'cgroup.controllers cgroup.events cgroup.max.depth cgroup.max.descendants cgroup.procs cgroup.stat',
    ),
    ...words('cgroup.subtree_control cgroup.threads cgroup.type'),
    ...(since(5, 2) ? ['cgroup.freeze'] : []),
    ...(since(5, 14) ? ['cgroup.kill'] : []),
  ],
  cpu: ({ world, since }) => [
    ...words('cpu.stat cpu.weight cpu.weight.nice'),
    // The sysctl is there exactly with CONFIG_CFS_BANDWIDTH.
    ...(world.stat('/proc/sys/kernel/sched_cfs_bandwidth_slice_us')
      ? ['cpu.max', ...(since(5, 14) ? ['cpu.max.burst'] : [])]
      : []),
    ...(since(5, 15) ? ['cpu.idle'] : []),
  ],
  cpuset: () =>
    words('cpuset.cpus cpuset.cpus.effective cpuset.cpus.partition cpuset.mems cpuset.mems.effective'),
  memory: ({ world, since }) => [
    ...words(
      'memory.current memory.events memory.high memory.low memory.max memory.min memory.oom.group memory.stat',
    ),
    ...(world.stat('/proc/swaps') ? words('memory.swap.current memory.swap.events memory.swap.max') : []),
    ...(since(5, 19) ? ['memory.peak', 'memory.reclaim'] : []),
  ],
  // io.cost.qos stands in the root only, where CONFIG_BLK_CGROUP_IOCOST gives the children io.weight.
  io: ({ world, root }) => [
    'io.stat',
    'io.max',
    ...(root.includes('io.cost.qos') ? ['io.weight'] : []),
    ...(hasBfq(world) ? ['io.bfq.weight'] : []),
  ],
  pids: () => ['pids.current', 'pids.events', 'pids.max'],
  hugetlb: ({ hugepages, since }) =>
    hugepages.flatMap((size) => [
      ...['current', 'events', 'max'].map((name) => `hugetlb.${size}.${name}`),
      ...(since(5, 7) ? [`hugetlb.${size}.rsvd.max`] : []),
    ]),
}

/** A disk's list names the schedulers that are loaded, not only the one in use. */
const hasBfq = (world: World): boolean =>
  world.list('/sys/block').some((name) => world.read(`/sys/block/${name}/queue/scheduler`)?.includes('bfq'))
