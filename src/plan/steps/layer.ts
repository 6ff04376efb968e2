import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'
import { data } from '../refs.ts'

export const about: About = {
  does: 'Keeps what the box writes in a directory of its own, and remembers over which root it lies. It survives stop and start, and goes with down.',
  kernel: 'overlayfs: upperdir and workdir on one file system (mount(2), type overlay)',
  man: 'Documentation/filesystems/overlayfs.rst',
  without: "The box could write nothing, or would write into the image's own files.",
  docker: "the container's writable layer (/var/lib/docker/overlay2/ID/diff)",
}

/** The lower root a layer belongs to: another one below it would give undefined results, so it is an error. */
export function layer(box: Box): Step[] {
  if (box.rootfs.kind === 'joined') return []
  return [
    {
      kind: 'layer',
      title: 'Open the writable layer',
      why: 'always',
      where: 'host',
      run: [
        {
          when: ['-e', [data, '/lower']],
          do: [{ call: 'same_lower', args: [lowerName(box)] }],
          otherwise: [{ write: [data, '/lower'], lines: [lowerName(box)] }],
        },
      ],
      undo: [],
    },
  ]
}

function lowerName(box: Box): string {
  const { uidMappings, gidMappings } = box.namespaces
  const ids = [...uidMappings, ...gidMappings].map(
    ({ containerID, hostID, size }) => ` ${containerID}:${hostID}:${size}`,
  )
  return `${rootName(box)}${ids.join('')}`
}

function rootName({ rootfs }: Box): string {
  if (rootfs.kind === 'directory') return `directory ${rootfs.path}`
  if (rootfs.kind === 'tarball') return `tarball ${rootfs.sha256}`
  if (rootfs.kind === 'debootstrap') return `debootstrap ${rootfs.key}`
  return rootfs.kind
}
