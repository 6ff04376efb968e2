import type { Box } from '../spec/box.ts'

/** A mount whose place lies inside a volume. */
export interface Nested {
  readonly target: string
  /** Where it is mounted first, in the box's own /dev. */
  readonly aside: string
  /** The outermost volume: its mount point is of the root file system, what is below it others may write. */
  readonly volume: string
  /** The place, below the volume. */
  readonly place: string
  /** Spec field, e.g. `tmpfs[0]`. */
  readonly why: string
}

/** Outer ones first. */
export function nested(box: Box): Nested[] {
  if (box.namespaces.mount.mode !== 'private') return []
  const { volumes, tmpfs } = box.mounts
  return [...tmpfs, ...volumes]
    .flatMap(({ target, why }) => {
      const [volume] = volumes
        .map((outer) => outer.target)
        .filter((outer) => target.startsWith(`${outer}/`))
        .sort((a, b) => a.length - b.length)
      return volume === undefined ? [] : [{ target, volume, place: target.slice(volume.length), why }]
    })
    .sort((a, b) => a.target.split('/').length - b.target.split('/').length)
    .map((one, index) => ({ ...one, aside: `/dev/.mount-${index}` }))
}

/** Where a mount is made: at its target, or aside. */
export function mountPoint(target: string, box: Box): string {
  return nested(box).find((one) => one.target === target)?.aside ?? target
}
