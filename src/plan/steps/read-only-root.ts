import type { Box } from '../../spec/box.ts'
import { inside } from '../inside.ts'
import type { About, Step } from '../plan.ts'

export const about: About = {
  does: 'Makes the root file system read-only for the box; volumes and tmpfs keep their own modes.',
  kernel: 'mount(2), MS_REMOUNT|MS_BIND|MS_RDONLY',
  man: 'mount(8)',
  without: 'The box could write into its layer.',
  docker: '--read-only',
}

export function readOnlyRoot(box: Box): Step[] {
  if (!box.mounts.readOnly) return []
  return [
    {
      kind: 'read-only-root',
      title: 'Make the root read-only',
      why: 'read_only',
      where: 'init',
      run: [{ run: [...inside(box).mount, '-o', 'remount,bind,ro', '/'] }],
      undo: [],
    },
  ]
}
