import type { World } from './world.ts'

/** Of docker's default masked paths those that exist here. Source: moby, oci/defaults.go. */
export const readMasks = (world: World): readonly { path: string; directory: boolean }[] =>
  [...MASKED, ...thermal(world)].flatMap((path) => {
    const stat = world.stat(path)
    return stat ? [{ path, directory: stat.directory }] : []
  })

/** Of docker's default read-only paths those that exist here. */
export const readReadonlyPaths = (world: World): readonly string[] =>
  READONLY.filter((path) => world.stat(path) !== null)

/** Temperature counters tell one box what the others do (GHSA-6fw5-f8r9-fgfm); all CPUs have them or none. */
const thermal = (world: World): readonly string[] => {
  if (!world.stat(`${CPUS}/cpu0/thermal_throttle`)) return []
  return world
    .list(CPUS)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => `${CPUS}/${name}/thermal_throttle`)
    .sort()
}

const CPUS = '/sys/devices/system/cpu'

const MASKED = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
  '/sys/devices/virtual/powercap',
  '/sys/firmware',
]

const READONLY = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']
