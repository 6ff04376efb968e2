import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import type { About, Command, Step } from '../plan.ts'
import { run, userNamespaceFile } from '../refs.ts'
import { hasUsers } from './user-namespace.ts'

export const about: About = {
  does: "Makes the new tree the root of the box's mount namespace. The host's tree hangs at /dev/.old for a moment, since volumes come from there.",
  kernel: 'pivot_root(2)',
  man: 'pivot_root(8)',
  without:
    'chroot alone would leave the host mounted in the namespace, and root in the box could climb back.',
  docker: 'runc does the same',
}

/** put_old lies on our own tmpfs, so that the image stays clean. */
export function pivotRoot(box: Box, host: Host): Step[] {
  if (box.namespaces.mount.mode !== 'private') return []
  return [
    {
      kind: 'pivot-root',
      title: 'Make it the root',
      why: 'always',
      where: 'furnish',
      run: pivot(box, host),
      undo: [],
    },
  ]
}

/** Root's mounts are copied into the user namespace, and the shell becomes the one who pivots there and waits. An ordinary user's are in it already. */
function pivot(box: Box, host: Host): Command[] {
  if (!hasUsers(box) || !host.root) return [{ run: ['pivot_root', '.', 'dev/.old'] }]
  return [{ call: 'become_users', args: ['pivot', userNamespaceFile, [run, '/root']] }]
}
