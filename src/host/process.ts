import { CAPABILITIES } from './capabilities.ts'
import type { World } from './world.ts'

/** Uid 0 in the initial user namespace: only there are all ids mapped to themselves. */
export const readRoot = (world: World, status: string): boolean =>
  /^Uid:\s+\d+\s+0\s/m.test(status) &&
  /^\s*0\s+0\s+4294967295\s*$/.test(world.read('/proc/self/uid_map') ?? '')

/** Names in the bounding set, by number. Bits that have no name here are newer than we are. */
export const readCapabilities = (status: string): readonly string[] => {
  const set = BigInt(`0x${/^CapBnd:\s+([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`)
  return CAPABILITIES.filter((_, bit) => (set >> BigInt(bit)) & 1n)
}

/** Hard limits by name without `RLIMIT_`; null: unlimited. */
export const readHardLimits = (world: World): Readonly<Record<string, number | null>> => {
  const found: Record<string, number | null> = {}
  for (const line of (world.read('/proc/self/limits') ?? '').split('\n')) {
    const [, title, hard] = /^Max (.+?)\s{2,}\S+\s+(\S+)/.exec(line) ?? []
    const name = LIMITS[title ?? '']
    if (name && hard) found[name] = hard === 'unlimited' ? null : Number(hard)
  }
  return found
}

/** Titles of /proc/self/limits: fs/proc/base.c, lnames. */
const LIMITS: Readonly<Record<string, string>> = {
  'cpu time': 'cpu',
  'file size': 'fsize',
  'data size': 'data',
  'stack size': 'stack',
  'core file size': 'core',
  'resident set': 'rss',
  processes: 'nproc',
  'open files': 'nofile',
  'locked memory': 'memlock',
  'address space': 'as',
  'file locks': 'locks',
  'pending signals': 'sigpending',
  'msgqueue size': 'msgqueue',
  'nice priority': 'nice',
  'realtime priority': 'rtprio',
  'realtime timeout': 'rttime',
}
