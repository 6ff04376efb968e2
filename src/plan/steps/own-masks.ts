import type { Box } from '../../spec/box.ts'
import { inside } from '../inside.ts'
import type { Step } from '../plan.ts'

export { about } from './masks.ts'

/**
 * Those that the spec names, in volumes too. Whether a masked one is a file or a directory only the root file system knows, so
 * both are tried.
 */
export function ownMasks(box: Box): Step[] {
  const { masked, readonlyPaths } = box.mounts
  if (box.namespaces.mount.mode !== 'private') return []
  return [
    ...step(box, 'Mask the paths of the spec', 'maskedPaths', 'mask', masked),
    ...step(box, 'Make the paths of the spec read-only', 'readonlyPaths', 'read_only', readonlyPaths),
  ]
}

function step(
  box: Box,
  title: string,
  why: string,
  call: string,
  paths: readonly string[] | 'default',
): Step[] {
  if (paths === 'default' || paths.length === 0) return []
  const run = paths.map((path) => ({ call, args: [path, ...inside(box).mount] }))
  return [{ kind: 'own-masks', title, why, where: 'init', run, undo: [] }]
}
