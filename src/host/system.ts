import type { World } from './world.ts'

/** [major, minor] of the running kernel. */
export const readKernel = (world: World): readonly [number, number] => {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release(world)) ?? []
  return [Number(major ?? 0), Number(minor ?? 0)]
}

/** Of the filesystems that boxes mounts those that the kernel has, built in or as a module that mount(2) would load; fuse if the caller may use it. */
export const readFilesystems = (world: World): readonly string[] => {
  const loaded = new Set((world.read('/proc/filesystems') ?? '').split(/\s+/))
  return MOUNTED.filter(
    (type) => (loaded.has(type) || isModule(world, type)) && (type !== 'fuse' || world.writable('/dev/fuse')),
  )
}

/** As the kernel lists them where securityfs is mounted. */
export const readSecurityModules = (world: World): readonly string[] =>
  (world.read('/sys/kernel/security/lsm') ?? '').trim().split(',').filter(Boolean)

/** Online CPUs from a list such as `0-3,6`. */
export const readCpus = (world: World): number =>
  (world.read('/sys/devices/system/cpu/online') ?? '0')
    .trim()
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0)

/** Total memory in bytes. */
export const readMemory = (world: World): number =>
  1024 * Number(/^MemTotal:\s+(\d+) kB/m.exec(world.read('/proc/meminfo') ?? '')?.[1] ?? 0)

/** Sizes as the hugetlb controller spells them: mm/hugetlb_cgroup.c, mem_fmt. */
export const readHugepages = (world: World): readonly string[] =>
  world
    .list('/sys/kernel/mm/hugepages')
    .map((name) => Number(/^hugepages-(\d+)kB/.exec(name)?.[1]))
    .filter((size) => size > 0)
    .sort((a, b) => a - b)
    .map((size) =>
      size >= 1 << 20 ? `${size / (1 << 20)}GB` : size >= 1 << 10 ? `${size / (1 << 10)}MB` : `${size}KB`,
    )

/** Debian's overlay is a module: /proc/filesystems knows it only after the first overlay mount since boot. */
const isModule = (world: World, type: string): boolean => {
  const file = MODULES[type]
  const base = `/lib/modules/${release(world)}/kernel/fs/${file}.ko`
  return file !== undefined && ['', '.xz', '.zst', '.gz'].some((ending) => world.stat(base + ending) !== null)
}

const release = (world: World): string => (world.read('/proc/sys/kernel/osrelease') ?? '').trim()

const MOUNTED = ['cgroup', 'cgroup2', 'devpts', 'fuse', 'mqueue', 'overlay', 'proc', 'sysfs', 'tmpfs']

const MODULES: Readonly<Record<string, string>> = { fuse: 'fuse/fuse', overlay: 'overlayfs/overlay' }
