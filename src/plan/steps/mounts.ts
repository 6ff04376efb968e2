import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'
import { fstabFile, furnisher } from '../refs.ts'

export const about: About = {
  does: "Mounts all that was listed in the box's fstab, with the host's mount program but with every path resolved inside the box.",
  kernel: 'mount(2) after setns(2) into the mount namespace',
  man: 'mount(8), options -N, --all, --fstab; fstab(5)',
  without: 'The box would be an empty tree.',
  docker: 'the default mounts and --tmpfs',
}

/** One process for all; after the pivot a link in the image can only point inside the box (CVE-2021-30465). */
export function mounts(box: Box): Step[] {
  if (box.namespaces.mount.mode !== 'private') return []
  return [
    {
      kind: 'mounts',
      title: 'Mount what was listed',
      why: 'always',
      where: 'init',
      run: [
        { call: 'root_is_there', args: [] },
        { run: ['mount', '-N', furnisher, '--all', '--fstab', fstabFile] },
      ],
      undo: [],
    },
  ]
}
