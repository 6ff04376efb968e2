import type { At, Position } from './diagnostic.ts'
import type { Path } from './spec.ts'

/** Offsets of one value in the text. Block maps and lists are shown by their key, not by all of their lines. */
export interface Span {
  readonly key: readonly [number, number] | null
  readonly value: readonly [number, number]
  readonly block: boolean
}

export interface Places {
  readonly at: At
  /** The key of a map's entry, not its value. */
  readonly atKey: At
  readonly atOffset: (start: number, end: number) => Position
  readonly set: (path: Path, span: Span) => void
}

/** Remembers where every value of a text stands. */
export function places(text: string): Places {
  const spans = new Map<string, Span>()
  const starts = lineStarts(text)
  const atOffset = (start: number, end: number): Position => {
    const line = lineOf(starts, start)
    const lineStart = starts[line] as number
    const lineEnd = starts[line + 1] ?? text.length
    const inLine = text.slice(start, Math.min(end, lineEnd)).replace(/[\r\n]+$/, '')
    const before = text.slice(lineStart, start)
    // Nobody counts columns there, and counting is slow.
    const column = (before.length > 10000 ? before.length : [...before].length) + 1
    return { line: line + 1, column, length: Math.max(1, [...inLine].length) }
  }
  const at: At = (path) => {
    for (let depth = path.length; depth >= 0; depth--) {
      const span = spans.get(id(path.slice(0, depth)))
      if (span === undefined || (depth === 0 && path.length > 0)) continue
      const empty = span.value[0] === span.value[1]
      const [start, end] = span.key !== null && (span.block || empty) ? span.key : span.value
      return atOffset(start, end)
    }
    return atOffset(0, 0)
  }
  const atKey: At = (path) => {
    const key = spans.get(id(path))?.key ?? null
    return key === null ? at(path) : atOffset(...key)
  }
  return { at, atKey, atOffset, set: (path, span) => spans.set(id(path), span) }
}

function id(path: Path): string {
  return JSON.stringify(path)
}

function lineStarts(text: string): number[] {
  const starts = [0]
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length)
  return starts
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
