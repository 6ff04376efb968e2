import { CODE } from './bpf.ts'
import type { Graph, Node } from './graph.ts'

/** All numbers from `start` to the next span's start have the same decision. */
export interface Span {
  readonly start: number
  readonly node: Node
}

/**
 * A binary search for the number in the accumulator. `spans` starts at 0 and is sorted.
 * `names` are for the comments only.
 */
export function dispatch(graph: Graph, spans: readonly Span[], names: ReadonlyMap<number, string>): Node {
  const leaves = fold(graph, spans, names)
  return search(0, leaves.length)

  function search(from: number, to: number): Node {
    const middle = (from + to) >> 1
    const leaf = leaves[middle]
    if (leaf === undefined) throw new Error('dispatch needs at least one span')
    if (to - from === 1) return leaf.node
    const no = search(from, middle)
    return graph.jump(CODE.atLeast, leaf.start, search(middle, to), no, comment('>=', leaf.start, names))
  }
}

/** One number that differs from equal neighbours costs one comparison inside of them, and two as a span of its own. */
function fold(graph: Graph, spans: readonly Span[], names: ReadonlyMap<number, string>): readonly Span[] {
  const leaves: Span[] = []
  let around: Node | undefined
  let folded = 0
  for (let i = 0; i < spans.length; i++) {
    const [span, after] = [spans[i], spans[i + 1]]
    const last = leaves.at(-1)
    if (span === undefined) break
    if (last && after && after.start === span.start + 1 && after.node === around && folded < MAX_FOLDED) {
      const node = graph.jump(CODE.equal, span.start, span.node, last.node, comment('==', span.start, names))
      leaves[leaves.length - 1] = { start: last.start, node }
      folded++
      i++
    } else {
      leaves.push(span)
      around = span.node
      folded = 0
    }
  }
  return leaves
}

function comment(relation: string, number: number, names: ReadonlyMap<number, string>): string {
  return `nr ${relation} ${number} ${names.get(number) ?? ''}`.trim()
}

/** Each one is a comparison more for the neighbours. */
const MAX_FOLDED = 2
