import type { Box } from '../../spec/box.ts'
import { inside, listed } from '../inside.ts'
import type { About, Command, Step } from '../plan.ts'
import { fstabFile } from '../refs.ts'

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
      run: [{ call: 'root_is_there', args: [] }, all(box)],
      undo: [],
    },
  ]
}

function all(box: Box): Command {
  if (box.launcher === 'busybox') return { call: 'from', args: [fstabFile, ...listed] }
  return { run: [...inside(box).mount, '--all', '--fstab', fstabFile] }
}
