/** The known name that `name` was most likely meant to be; null when none is near. */
export function nearest(name: string, known: Iterable<string>): string | null {
  if (name.length > 64) return null
  let best: string | null = null
  let bound = max(1, floor(name.length / 3)) + 0.5
  const wanted = fold(name)
  for (const candidate of known) {
    const folded = fold(candidate)
    if (abs(folded.length - wanted.length) >= bound) continue
    const distance = edits(wanted, folded)
    if (distance < bound) {
      best = candidate
      bound = distance
    }
  }
  return best
}

// `memLimit`, `mem-limit` and `MEM_LIMIT` all mean `mem_limit`.
function fold(name: string): string {
  return name.toLowerCase().replace(/[-_.\s]/g, '')
}

/** Optimal string alignment distance: insert, delete, replace, or swap two neighbours. */
function edits(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const next = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let least = min(at(last, column) + 1, at(next, column - 1) + 1, at(last, column - 1) + (same ? 0 : 1))
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        least = min(least, at(before, column - 2) + 1)
      }
      next.push(least)
    }
    before = last
    last = next
  }
  return at(last, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] as number
}

const { abs, floor, max, min } = Math
