import type { Box } from '../../spec/box.ts'
import { mountPoint } from '../nested.ts'
import type { About, Step } from '../plan.ts'
import { fstab } from '../refs.ts'

export const about: About = {
  does: 'Mounts file systems that live in memory and end with the box.',
  kernel: 'tmpfs (mount(2))',
  man: 'tmpfs(5)',
  without: 'Scratch data would go to the disk, into the writable layer.',
  docker: '--tmpfs',
}

export function tmpfs(box: Box): Step[] {
  return box.mounts.tmpfs.map(({ target, options, why }) => ({
    kind: 'tmpfs',
    title: `List a tmpfs on ${target}`,
    why,
    where: 'host',
    run: [
      fstab({
        source: 'tmpfs',
        target: mountPoint(target, box),
        type: 'tmpfs',
        options: [...options, 'X-mount.mkdir'],
      }),
    ],
    undo: [],
  }))
}
