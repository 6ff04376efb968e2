import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import { v1Controllers } from '../cgroup/groups.ts'
import type { About, Step } from '../plan.ts'
import { type FstabEntry, fstab } from '../refs.ts'
import { hasUsers } from './user-namespace.ts'

export const about: About = {
  does: "Mounts /proc, /sys, /dev/pts, /dev/shm, /dev/mqueue and the box's own view of its cgroup.",
  kernel:
    'proc, sysfs, devpts, tmpfs, mqueue and cgroup file systems, each bound to the namespace of the process that mounts it (mount(2))',
  man: 'proc(5), sysfs(5), pts(4), mq_overview(7), cgroups(7)',
  without:
    "ps, top, terminals, shared memory and message queues would not work; or they would show the host's.",
  docker: 'the default mounts; --shm-size, --privileged (which makes /sys writable)',
}

const quiet = ['nosuid', 'nodev', 'noexec']

/** Mounted by PID 1, since proc, sysfs, mqueue and cgroup show the namespaces of their mounter. */
export function kernelFiles(box: Box, host: Host): Step[] {
  if (box.namespaces.mount.mode !== 'private') return []
  const mode = box.privileges.privileged ? 'rw' : 'ro'
  const entries: FstabEntry[] = [
    theirs(box, 'pid') ? bound('/proc', quiet) : entry('proc', '/proc', quiet),
    theirs(box, 'network') ? bound('/sys', [...quiet, mode]) : entry('sysfs', '/sys', [...quiet, mode]),
    entry('devpts', '/dev/pts', ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620', 'gid=5']),
    { ...entry('tmpfs', '/dev/shm', [...quiet, 'mode=1777', `size=${box.mounts.shmSize}`]), source: 'shm' },
    ...(host.filesystems.includes('mqueue') && !theirs(box, 'ipc')
      ? [entry('mqueue', '/dev/mqueue', quiet)]
      : []),
    ...cgroups(box, host, mode),
  ]
  return [
    {
      kind: 'kernel-files',
      title: 'List /proc, /sys and the parts of /dev',
      why: 'shm_size, privileged',
      where: 'host',
      run: [fstab(...entries)],
      undo: [],
    },
  ]
}

/** The root of a user namespace may mount these only for namespaces that it owns. */
function theirs(box: Box, kind: 'pid' | 'network' | 'ipc'): boolean {
  const { [kind]: namespace, user } = box.namespaces
  const ofOne =
    namespace.mode === 'box'
      ? user.mode === 'box' && namespace.box === user.box
      : namespace.mode === user.mode
  return hasUsers(box) && namespace.mode !== 'private' && !ofOne
}

function bound(target: string, options: readonly string[]): FstabEntry {
  return {
    source: `/dev/.old${target}`,
    target,
    type: 'none',
    options: ['rbind', ...options, 'X-mount.mkdir'],
  }
}

function entry(type: string, target: string, options: readonly string[]): FstabEntry {
  return { source: type, target, type, options: [...options, 'X-mount.mkdir'] }
}

/** Only trees in which the box has a group of its own: in the others its cgroup namespace begins at the root of the host. */
function cgroups(box: Box, host: Host, mode: 'rw' | 'ro'): FstabEntry[] {
  const { cgroup } = host
  const own = v1Controllers(box, host)
  if (cgroup.version === 'v2') return [cgroup2(box, cgroup.v2 ?? '', mode)]
  const trees = new Map<string, string[]>()
  for (const [controller, mount] of Object.entries(cgroup.v1).filter(([name]) => own.includes(name)))
    trees.set(mount, [...(trees.get(mount) ?? []), controller])
  if (trees.size === 0) return []
  return [
    entry('tmpfs', '/sys/fs/cgroup', [...quiet, 'mode=755', 'size=65536']),
    ...[...trees].map(([mount, controllers]) =>
      entry('cgroup', inside(mount), [...quiet, mode, ...controllers]),
    ),
  ]
}

/**
 * A mount from the host's cgroup namespace would set the options of the whole tree anew, and the host would lose
 * `nsdelegate` and the like: the box gets the host's mount.
 */
function cgroup2({ namespaces }: Box, tree: string, mode: 'rw' | 'ro'): FstabEntry {
  const options = [...quiet, mode]
  if (namespaces.cgroup.mode === 'private' || namespaces.cgroup.mode === 'box')
    return entry('cgroup2', '/sys/fs/cgroup', options)
  return { ...bound('/sys/fs/cgroup', options), source: `/dev/.old${tree}` }
}

function inside(mount: string): string {
  return `/sys/fs/cgroup/${mount.split('/').at(-1)}`
}
