import { boxNames } from './look.ts'
import type { Places } from './places.ts'
import { readText } from './read-text.ts'

/** Host ids that boxes have for themselves: their programs wrote them down when they took them, a line for each range. */
export function takenIds(places: Places): readonly { box: string; ranges: [number, number][] }[] {
  return boxNames(places).flatMap((box) => {
    const text = readText(`${places.dataRoot}/boxes/${box}/ids`)
    const rows = [...(text ?? '').matchAll(/^(\d+) (\d+)$/gm)]
    return rows.length === 0
      ? []
      : [{ box, ranges: rows.map(([, first, count]) => [Number(first), Number(count)]) }]
  })
}
