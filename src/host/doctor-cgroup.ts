import type { Finding } from './doctor.ts'
import type { Host } from './host.ts'
import { delegation } from './ordinary.ts'

/** Which limits this machine can set; an ordinary user sets those of the controllers that are delegated to them. */
export const cgroupChecks = (host: Host): readonly Finding[] => {
  const { root, cgroup } = host
  const { version, v1, v2, v2Controllers, files } = cgroup
  const file = (...names: readonly string[]): string => names.find((name) => files.includes(name)) ?? ''
  const row = (what: string, found: string, cost: string, fallback: string, remedy: string): Finding => ({
    group: 'cgroup',
    what,
    ok: found !== '',
    found,
    cost,
    fallback,
    package: '',
    remedy,
  })
  /** Where a controller lives; the v2 tree's name of `blkio` is `io`. */
  const home = (name: string): string =>
    v1[name] ?? (v2 !== null && v2Controllers.includes(name === 'blkio' ? 'io' : name) ? v2 : '')
  const lost = (name: string): string =>
    root || home(name) !== '' ? 'refused' : 'not held: a note says so, and --strict refuses it'
  const controller = (name: string, fields: string): Finding =>
    row(`${name} controller`, home(name), `${fields} ${lost(name)}`, '', enabling(host, name))
  const groups = row(
    'cgroups',
    version === 'none' ? '' : version,
    root ? 'no limits, no groups' : `no limits: each is ${lost('memory')}`,
    root ? '' : 'boxes without groups',
    root ? 'mount -t cgroup2 cgroup2 /sys/fs/cgroup' : delegation(cgroup),
  )
  if (!root && version === 'none') return [groups]
  return [
    groups,
    controller('memory', 'mem_limit, mem_reservation, memswap_limit are'),
    controller('pids', 'pids_limit is'),
    controller('cpu', 'cpus and cpu_shares are'),
    controller('cpuset', 'cpuset is'),
    controller('blkio', 'blkio_config is'),
    controller('hugetlb', 'hugetlb limits are'),
    row(
      'device rules',
      v1.devices ?? '',
      'device_cgroup_rules are not enforced by a group (v2 needs a BPF program for that)',
      root
        ? 'boxes have only the device nodes that the spec names, without CAP_MKNOD and with nodev on other mounts'
        : 'boxes have only the device nodes that the spec names, with the rights of the user',
      '',
    ),
    row(
      'swap limit',
      file('memory.memsw.limit_in_bytes', 'memory.swap.max'),
      `memswap_limit is ${lost('memory')}`,
      '',
      home('memory') === '' ? enabling(host, 'memory') : 'kernel parameter swapaccount=1',
    ),
    row(
      'block I/O weight',
      file('blkio.bfq.weight', 'blkio.weight', 'io.weight', 'io.bfq.weight'),
      `blkio_config.weight is ${lost('blkio')}`,
      '',
      home('blkio') === '' ? enabling(host, 'blkio') : 'modprobe bfq and make it the scheduler of the disk',
    ),
    row(
      'freezer',
      file('freezer.state', 'cgroup.freeze'),
      'a box that somebody froze cannot be thawed',
      '',
      enabling(host, 'freezer'),
    ),
    row(
      'cgroup.kill',
      // On a hybrid machine boxes live in the v1 trees.
      version === 'v2' ? file('cgroup.kill') : '',
      'a whole group is not killed by one write (Linux 5.14, cgroup v2)',
      'every process of the group is killed by its number, until none is left',
      '',
    ),
  ]
}

/** How a controller is switched on here. */
const enabling = ({ cgroup, root }: Host, name: string): string => {
  if (!root) return delegation(cgroup)
  const v2Name = name === 'blkio' ? 'io' : name
  if (name === 'memory') return 'kernel parameters cgroup_enable=memory cgroup_memory=1'
  if (cgroup.version === 'v2') return `kernel parameter cgroup_enable=${v2Name}, no cgroup_disable=${v2Name}`
  return `mount -t cgroup -o ${name} ${name} /sys/fs/cgroup/${name}, or kernel parameter cgroup_no_v1=all for v2 alone`
}
