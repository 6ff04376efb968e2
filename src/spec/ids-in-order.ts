import type { IdRange } from '../host/host.ts'
import type { IdMapping } from './box.ts'

/** One range after the other, from an id of the box on. */
export function inOrder(ranges: readonly IdRange[], from = 0): IdMapping[] {
  let next = from
  return ranges.map(([hostID, size]) => {
    const containerID = next
    next += size
    return { containerID, hostID, size }
  })
}
