import type { Host } from '../../host/host.ts'
import type { Box, Layer } from '../../spec/box.ts'
import type { About, Command, Part, Step, Word } from '../plan.ts'
import { data, run } from '../refs.ts'

export const about: About = {
  does: 'Lays the writable layer over the root file system: the box sees one tree, and the lower one is never written.',
  kernel: 'overlayfs in a new mount namespace (unshare(2) CLONE_NEWNS, mount(2) type overlay)',
  man: 'mount(8), mount_namespaces(7), Documentation/filesystems/overlayfs.rst',
  without: "What the box writes would change the image's own files.",
  docker: 'the overlay2 storage driver',
}

export function overlay(box: Box, host: Host): Step[] {
  if (box.namespaces.mount.mode !== 'private') return []
  // No device controller, no device nodes: those of the image don't work, and the box has those in /dev only.
  const nodev = host.cgroup.v1.devices === undefined && !box.privileges.privileged ? 'nodev,' : ''
  const { title, run } = layers[box.layer]
  return [
    {
      kind: 'overlay',
      title,
      why: 'rootfs, mount',
      where: 'furnish',
      run: [...run(nodev), { run: ['cd', place] }],
      undo: [],
    },
  ]
}

const place: Word = [run, '/root']
const directories: readonly Part[] = [
  'lowerdir=',
  { ref: 'lower' },
  ',upperdir=',
  data,
  '/upper,workdir=',
  data,
  '/work',
]

const layers: Readonly<Record<Layer, { title: string; run: (options: string) => Command[] }>> = {
  overlay: {
    title: 'Mount the root file system',
    run: (options) => [
      { run: ['mount', '-t', 'overlay', 'overlay', '-o', [options, ...directories], place] },
    ],
  },
  userxattr: {
    title: 'Mount the root file system',
    run: (options) => [
      { run: ['mount', '-t', 'overlay', 'overlay', '-o', [`${options}userxattr,`, ...directories], place] },
    ],
  },
  'fuse-overlayfs': {
    title: 'Mount the root file system with fuse-overlayfs',
    run: () => [{ call: 'lay_fuse', args: [directories] }],
  },
  copy: {
    title: 'Copy the root file system',
    run: () => [
      {
        when: ['!', '-e', [data, '/copied']],
        do: [
          { run: ['cp', '-a', '--reflink=auto', [{ ref: 'lower' }, '/.'], [data, '/upper']] },
          { write: [data, '/copied'], lines: [] },
        ],
      },
      { run: ['mount', '--bind', [data, '/upper'], place] },
    ],
  },
}

/**
 * First of all in the furnisher. With a shared volume the namespace keeps its peers on the host; what holds the root and the
 * layers must not be one, or these would be mounted there too, where the end of the box removes directories.
 */
export function privateParent(box: Box): Step[] {
  if (!sharesMounts(box) || box.namespaces.mount.mode !== 'private') return []
  return [
    {
      kind: 'overlay',
      title: 'Keep what it mounts to itself',
      why: 'volumes',
      where: 'furnish',
      run: [
        {
          capture: 'parent',
          from: ['findmnt', '--noheadings', '--output', 'TARGET', '--target', [run, '/root']],
        },
        { run: ['mount', '--make-private', { ref: 'parent' }] },
      ],
      undo: [],
    },
  ]
}

export function sharesMounts({ mounts }: Box): boolean {
  return mounts.volumes.some(({ propagation }) => propagation.endsWith('shared'))
}
