import { CAPABILITIES } from '../../host/capabilities.ts'
import type { Namespace } from '../box.ts'
import { show } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { type Context, each } from './context.ts'
import { mayBeConnected } from './network-tool.ts'

/** Capabilities that are kept, by docker's rules; sorted by number, as capabilities(7) lists them. */
export function resolveCapabilities(context: Context, privileged: boolean, user: Namespace): string[] {
  const { host, error, note } = context
  // A user namespace starts with all of them, whatever the caller holds.
  const own = user.mode !== 'host'
  const there = CAPABILITIES.filter((name) =>
    own ? since(name, host.kernel) : host.capabilities.includes(name),
  )
  if (privileged) return there

  const add = read(context, 'cap_add')
  const drop = read(context, 'cap_drop')
  if (add.has('ALL') && drop.has('ALL'))
    error(['cap_drop'], 'conflict', 'ALL is both added and dropped', 'remove one of them')
  for (const [name, path] of add) {
    if (name !== 'ALL' && !there.includes(name))
      error(path, 'host', `this host cannot give ${name}`, 'remove it, or run as root of the machine')
  }
  if (add.has('ALL')) return there.filter((name) => !drop.has(name))
  const start = drop.has('ALL') ? [] : usual(context, own).filter((name) => !drop.has(name))
  const lost = start.filter((name) => !there.includes(name))
  if (lost.length > 0)
    note(`capabilities: the caller does not hold ${lost.join(', ')}, so the box does not either`)
  return there.filter((name) => start.includes(name) || add.has(name))
}

/**
 * Stricter than docker: without a devices controller (cgroup v2) nothing but the missing capability keeps root from making any node; and
 * raw packets may be addressed to 127.0.0.1, which pasta and slirp4netns hand to the host's loopback.
 */
function usual(context: Context, own: boolean): readonly string[] {
  const without = [
    ...(own || context.host.cgroup.v1.devices !== undefined ? [] : ['CAP_MKNOD']),
    ...(mayBeConnected(context) ? ['CAP_NET_RAW'] : []),
  ]
  return byDefault.filter((name) => !without.includes(name))
}

function read({ spec, error }: Context, field: 'cap_add' | 'cap_drop'): Map<string, (string | number)[]> {
  const names = new Map<string, (string | number)[]>()
  for (const [text, path] of each(spec[field], field)) {
    const short = text.toUpperCase().replace(/^CAP_/, '')
    const name = short === 'ALL' ? 'ALL' : `CAP_${short}`
    if (name === 'ALL' || CAPABILITIES.includes(name)) {
      names.set(name, [...path])
      continue
    }
    const guess = nearest(
      short,
      CAPABILITIES.map((known) => known.slice(4)),
    )
    error(
      path,
      'value',
      `${show(text)} is no capability`,
      guess === null ? 'see capabilities(7)' : `did you mean "${guess}"?`,
    )
  }
  return names
}

function since(name: string, [major, minor]: readonly [number, number]): boolean {
  const needed = newer[name] ?? 0
  return major > 5 || (major === 5 && minor >= needed)
}

const newer: Readonly<Record<string, number>> = { CAP_PERFMON: 8, CAP_BPF: 8, CAP_CHECKPOINT_RESTORE: 9 }

// docker's default set.
const byDefault = (
  'CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL ' +
  'AUDIT_WRITE'
)
  .split(' ')
  .map((name) => `CAP_${name}`)
