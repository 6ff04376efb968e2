import type { Box } from '../../spec/box.ts'
import type { Step } from '../plan.ts'
import { furnisher } from '../refs.ts'

export { about } from './masks.ts'

/** Paths that the spec masks: whether they are files or directories only the root file system knows, so both are tried. */
export function ownMasks(box: Box): Step[] {
  const { masked } = box.mounts
  if (masked === 'default' || masked.length === 0) return []
  return [
    {
      kind: 'own-masks',
      title: 'Mask the paths of the spec',
      why: 'maskedPaths',
      where: 'init',
      run: masked.map((path) => ({ call: 'mask', args: [furnisher, path] })),
      undo: [],
    },
  ]
}
