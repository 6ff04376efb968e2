import type { Box } from '../../spec/box.ts'
import { nested } from '../nested.ts'
import type { About, Step } from '../plan.ts'
import { furnisher } from '../refs.ts'

export const about: About = {
  does: 'Moves a mount that was made aside to its place inside a volume, and makes that place if it is missing. The volume is the root while the place is looked for.',
  kernel: 'setns(2), chroot(2), move_mount(2) with a handle on the place instead of a path',
  man: 'mount(8), --move',
  without:
    'Who else writes to the volume could turn the place into a link while it is mounted on, and lead out of the box (CVE-2021-30465).',
  docker: 'a volume inside another',
}

/** After all volumes, before the host is detached: in order of depth, so that one can lie in the other. */
export function nestedMounts(box: Box): Step[] {
  return nested(box).map(({ target, aside, volume, place, why }) => ({
    kind: 'nested',
    title: `Put ${target} into its volume`,
    why,
    where: 'init',
    run: [{ call: 'put', args: [['/proc/', furnisher, '/ns/mnt'], aside, volume, place] }],
    undo: [],
  }))
}
