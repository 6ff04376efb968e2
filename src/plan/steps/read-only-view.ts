import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import type { About, Command, Step, Word } from '../plan.ts'
import { run } from '../refs.ts'

export const about: About = {
  does: "Makes the host's programs read-only in this throw-away mount namespace, from which the last of them will run.",
  kernel: 'mount namespaces; mount(2), MS_REMOUNT|MS_BIND|MS_RDONLY',
  man: 'mount(8), mount_namespaces(7)',
  without:
    "An image with #!/proc/self/exe as its entry point could overwrite the host's own interpreter (CVE-2019-5736).",
  docker: 'runc runs a sealed copy of itself',
}

export function readOnlyView(box: Box, host: Host): Step[] {
  return [
    {
      kind: 'read-only-view',
      title: "Take a read-only view of the host's tools",
      why: 'always',
      where: 'init',
      run: remount(box, host),
      undo: [],
    },
    {
      kind: 'read-only-view',
      title: 'Take such a view for a further process',
      why: 'always',
      where: 'view',
      run: [...(box.launcher === 'perl' ? held : []), ...remount(box, host)],
      undo: [],
    },
  ]
}

function remount(box: Box, host: Host): Command[] {
  return [
    ...(box.launcher === 'perl' ? [] : nullDevice),
    ...host.toolMounts.map((mount) => ({ run: ['mount', '-o', 'remount,bind,ro', mount] })),
  ]
}

const held: readonly Command[] = [
  { note: 'Held open, since no other process keeps it.' },
  { open: 7, from: '/proc/self/ns/mnt' },
]

/** Where in this namespace nothing is mounted. */
const aside: Word = [run, '/root']

/** Not for a box to chown: the host's. perl takes that of the box; a shell that opens it by a path could be led astray. */
const nullDevice: readonly Command[] = [
  { run: ['mount', '-t', 'tmpfs', '-o', 'mode=755,size=64k', 'tmpfs', aside] },
  { run: ['mknod', '-m', '666', [run, '/root/null'], 'c', '1', '3'] },
  { note: 'At once: the monitor, beside this, opens /dev/null.' },
  { run: ['mount', '--move', aside, '/dev'] },
]
