import type { Box } from '../../spec/box.ts'
import { inside } from '../inside.ts'
import type { About, Command, Step } from '../plan.ts'
import { sharesMounts } from './overlay.ts'

export const about: About = {
  does: "Takes the host's tree out of the box's mount namespace.",
  kernel: 'umount2(2) with MNT_DETACH; mount(2), MS_REC|MS_SLAVE, where mounts are shared with the host',
  man: 'umount(8), options -N, --lazy',
  without: 'The whole host would stay reachable at /dev/.old.',
  docker: 'runc does the same',
}

export function detachHost(box: Box): Step[] {
  if (box.namespaces.mount.mode !== 'private') return []
  return [
    {
      kind: 'detach-host',
      title: 'Detach the host',
      why: 'always',
      where: 'init',
      run: [...leavePeers(box), { run: [...inside(box).detach, '/dev/.old'] }],
      undo: [],
    },
  ]
}

/** With a shared volume the tree still has peers on the host: /proc, /sys and all else would be unmounted there, too. */
function leavePeers(box: Box): Command[] {
  if (!sharesMounts(box)) return []
  return [{ run: [...inside(box).mount, '--make-rslave', '/dev/.old'] }]
}
