import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import { mountPoint } from '../nested.ts'
import type { About, Command, Step, Word } from '../plan.ts'
import { fstab } from '../refs.ts'
import { hasUsers } from './user-namespace.ts'

export const about: About = {
  does: 'Mounts a small file system of its own on /dev and makes the standard nodes and links there, and the targets that mounts need, every path resolved inside the new root.',
  kernel: 'tmpfs, chroot(2), mknodat(2), symlink(2)',
  man: 'null(4), random(4), tty(4), mknod(1)',
  without:
    "The box would have the image's device nodes or none at all, and a link in the image could send a mount elsewhere (CVE-2021-30465, CVE-2026-41579).",
  docker: 'the default /dev; --device',
}

const nodes: readonly (readonly string[])[] = [
  ['null', '1', '3'],
  ['zero', '1', '5'],
  ['full', '1', '7'],
  ['random', '1', '8'],
  ['urandom', '1', '9'],
  ['tty', '5', '0'],
]
const links: readonly (readonly string[])[] = [
  ['fd', '/proc/self/fd'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
  ['stderr', '/proc/self/fd/2'],
  ['core', '/proc/kcore'],
  ['ptmx', 'pts/ptmx'],
]

/** /dev is refused when the image makes it a link: runc 1.1.5 and crun 1.8.1 wrote through it to the host. */
export function dev(box: Box, host: Host): Step[] {
  if (box.namespaces.mount.mode !== 'private') return []
  return [
    {
      kind: 'dev',
      title: 'Make /dev and the mount targets',
      why: 'always',
      where: 'furnish',
      run: [
        {
          assert: ['!', '-h', 'dev'],
          message: 'the /dev of this root file system is a symbolic link',
          remedy: 'such an image would reach out of the box; do not use it',
        },
        { when: ['!', '-d', 'dev'], do: [{ run: ['mkdir', '-m', '755', 'dev'] }] },
        { run: ['mount', '-t', 'tmpfs', '-o', options(box, host), 'tmpfs', 'dev'] },
        targets(box, host),
      ],
      undo: [],
    },
  ]
}

function options(box: Box, host: Host): Word {
  const plain = 'nosuid,mode=755,size=65536k'
  return givesAway(box, host) ? [`${plain},uid=`, { ref: 'owner_uid' }, ',gid=', { ref: 'owner_gid' }] : plain
}

/** Root makes the files of a box whose root is another. */
function givesAway(box: Box, { root }: Host): boolean {
  return hasUsers(box) && root
}

/** Nobody but the machine's root makes device nodes: an ordinary user's box has those of the host. After /proc, without which mount(8) leaves a bind out without a word. */
export function boundNodes(box: Box, host: Host): Step[] {
  if (host.root || box.namespaces.mount.mode !== 'private') return []
  const standard = nodes.map(([name]) => ({ source: `/dev/${name}`, target: `/dev/${name}`, why: 'always' }))
  const entries = [...standard, ...box.mounts.devices].map(({ source, target }) => ({
    source: `/dev/.old${source}`,
    target,
    type: 'none',
    options: ['bind'],
  }))
  return [
    {
      kind: 'dev',
      title: 'List the device nodes',
      why: 'devices',
      where: 'host',
      run: [fstab(...entries)],
      undo: [],
    },
  ]
}

/** Flat words of fixed count for each kind; `like` makes a directory or a file, as its source is. */
function targets(box: Box, host: Host): Command {
  const words: Word[] = [
    ...(givesAway(box, host) ? ['owner', { ref: 'owner_uid' }, { ref: 'owner_gid' }] : []),
    ...nodes.flatMap(([name, major, minor]) =>
      host.root ? ['node', `/dev/${name}`, `${major}`, `${minor}`, '666'] : ['file', `/dev/${name}`],
    ),
    ...links.flatMap(([name, to]) => ['link', `/dev/${name}`, `${to}`]),
    ...['hosts', 'hostname', 'resolv.conf'].flatMap((name) => ['file', `/etc/${name}`]),
    ...['/proc', '/sys'].flatMap((path) => ['dir', path, '555']),
    ...box.mounts.tmpfs.flatMap(({ target }) => ['dir', mountPoint(target, box), '755']),
    ...(box.privileges.privileged && host.root ? ['devices'] : []),
    ...box.mounts.devices.flatMap(({ source, target }) =>
      host.root ? ['device', target, source] : ['file', target],
    ),
    ...box.mounts.volumes.flatMap(({ target }, index): Word[] => [
      'like',
      mountPoint(target, box),
      { ref: `volume_${index}` },
    ]),
    ...(box.process.init ? ['file', '/dev/init'] : []),
    ...(box.process.tty ? ['file', '/dev/console'] : []),
  ]
  return { call: 'targets', args: words }
}
