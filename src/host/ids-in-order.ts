import type { IdRange } from './host.ts'

/** Mappings of one range after the other, from an id of the box on. */
export const inOrder = (ranges: readonly IdRange[], from = 0) => {
  let next = from
  return ranges.map(([hostID, size]) => {
    const containerID = next
    next += size
    return { containerID, hostID, size }
  })
}
