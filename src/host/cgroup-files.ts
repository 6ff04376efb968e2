import type { World } from './world.ts'

/** What the names of a group's files depend on. */
export interface KernelFacts {
  readonly kernel: readonly [number, number]
  readonly hugepages: readonly string[]
}

/** Files of a group in a v1 tree: those of the root, and those that only a child has (CFTYPE_NOT_ON_ROOT). */
export const childFilesV1 = (
  world: World,
  controller: string,
  point: string,
  facts: KernelFacts,
): readonly string[] => {
  if (!LIMITING.has(controller)) return []
  const root = world.list(point)
  return [...root.filter(isControlFile), ...notOnRootV1(controller, root, facts)]
}

/**
 * Files of a group in the v2 tree. systemd's groups show those of the controllers handed down to them
 * (cgroup.subtree_control); those of the others are derived: they appear when the controller is enabled.
 */
export const childFilesV2 = (
  world: World,
  point: string,
  controllers: readonly string[],
  facts: KernelFacts,
): readonly string[] => {
  const child = ['init.scope', 'system.slice'].find((name) => world.stat(`${point}/${name}`))
  if (!child) return ['cgroup', ...controllers].flatMap((name) => derivedV2(world, point, name, facts))
  const given = words(world.read(`${point}/cgroup.subtree_control`))
  return [
    ...world.list(`${point}/${child}`).filter(isControlFile),
    ...controllers
      .filter((name) => !given.includes(name))
      .flatMap((name) => derivedV2(world, point, name, facts)),
  ]
}

export const words = (text: string | null): readonly string[] => (text ?? '').split(/\s+/).filter(Boolean)

/** Leaves out groups (`init.scope`, `boxes`) and files that stand in a root only. */
const isControlFile = (name: string): boolean =>
  /^(blkio|cgroup|cpu|cpuacct|cpuset|devices|freezer|hugetlb|io|irq|memory|misc|pids|rdma)\.[\w.]+$/.test(
    name,
  ) && !ROOT_ONLY.has(name)

/** bfq's statistics in the root tell that its weights are in a child: block/bfq-cgroup.c. */
const notOnRootV1 = (controller: string, root: readonly string[], facts: KernelFacts): readonly string[] => {
  if (controller === 'pids') return words('pids.current pids.events pids.max')
  if (controller === 'freezer') return words('freezer.parent_freezing freezer.self_freezing freezer.state')
  if (controller === 'blkio' && root.some((name) => name.startsWith('blkio.bfq.')))
    return words('blkio.bfq.weight blkio.bfq.weight_device')
  if (controller === 'hugetlb') return facts.hugepages.map((size) => `hugetlb.${size}.limit_in_bytes`)
  return []
}

/** The files that boxes sets or reads. Source: Documentation/admin-guide/cgroup-v2.rst; first kernels from its git history. */
const derivedV2 = (
  world: World,
  point: string,
  controller: string,
  { kernel, hugepages }: KernelFacts,
): readonly string[] => {
  const since = (major: number, minor: number, files: string): readonly string[] =>
    kernel[0] > major || (kernel[0] === major && kernel[1] >= minor) ? words(files) : []
  const when = (path: string, files: string): readonly string[] => (world.stat(path) ? words(files) : [])
  switch (controller) {
    case 'cgroup':
      return [...words(CORE), ...since(5, 2, 'cgroup.freeze'), ...since(5, 14, 'cgroup.kill')]
    case 'cpu':
      // The sysctl is there exactly with CONFIG_CFS_BANDWIDTH.
      return [
        ...words('cpu.stat cpu.weight cpu.weight.nice'),
        ...when('/proc/sys/kernel/sched_cfs_bandwidth_slice_us', 'cpu.max'),
        ...since(5, 15, 'cpu.idle'),
      ]
    case 'cpuset':
      return words(
        'cpuset.cpus cpuset.cpus.effective cpuset.cpus.partition cpuset.mems cpuset.mems.effective',
      )
    case 'memory':
      return [
        ...words(MEMORY),
        ...when('/proc/swaps', 'memory.swap.current memory.swap.events memory.swap.max'),
        ...since(5, 19, 'memory.peak memory.reclaim'),
      ]
    case 'io':
      // io.cost.qos stands in the root only, where CONFIG_BLK_CGROUP_IOCOST gives the children io.weight.
      return [
        ...words('io.max io.stat'),
        ...when(`${point}/io.cost.qos`, 'io.weight'),
        ...(hasBfq(world) ? ['io.bfq.weight'] : []),
      ]
    case 'pids':
      return words('pids.current pids.events pids.max')
    case 'hugetlb':
      return hugepages.flatMap((size) =>
        ['current', 'events', 'max'].map((name) => `hugetlb.${size}.${name}`),
      )
    default:
      return []
  }
}

/** A disk's list names the schedulers that are loaded, not only the one in use. */
const hasBfq = (world: World): boolean =>
  world.list('/sys/block').some((name) => world.read(`/sys/block/${name}/queue/scheduler`)?.includes('bfq'))

/** v1 controllers with something to set or to read; the others are not worth a directory's listing. */
const LIMITING = new Set(words('blkio cpu cpuacct cpuset devices freezer hugetlb memory pids'))

const ROOT_ONLY = new Set(words('cgroup.sane_behavior cpuset.memory_pressure_enabled'))

const CORE = `cgroup.controllers cgroup.events cgroup.max.depth cgroup.max.descendants cgroup.procs cgroup.stat
  cgroup.subtree_control cgroup.threads cgroup.type`

const MEMORY = `memory.current memory.events memory.high memory.low memory.max memory.min memory.oom.group memory.stat`
