import { CODE, type Filter, type Instruction, MAX_INSTRUCTIONS, MAX_JUMP } from './bpf.ts'
import type { Graph, Node } from './graph.ts'

/**
 * Write the part of the graph that `entry` leads to as a program. Jumps only go forward, so it is written from its last
 * instruction to its first. Throws a RangeError when the kernel would refuse it for its length.
 */
export function emit(graph: Graph, entry: Node): Filter {
  const written: Instruction[] = []
  /** Node → its index in `written`; the nearest one when there are several. */
  const place = new Map<Node, number>()
  const live = reachable(graph, entry)

  for (const node of graph.nodes.slice(0, entry.id + 1).filter(({ id }) => live[id])) {
    const { code, k, yes, no, comment } = node
    if (no !== undefined && yes !== undefined) {
      // Bringing `no` near can move `yes` one further away.
      bringWithin(yes, MAX_JUMP - 1)
      bringWithin(no, MAX_JUMP)
    } else if (yes !== undefined) {
      bringWithin(yes, 0)
    }
    const jt = no !== undefined && yes !== undefined ? distance(yes) : 0
    const jf = no !== undefined ? distance(no) : 0
    write(node, { code, jt, jf, k, ...(comment !== undefined && { comment }) })
  }
  if (written.length > MAX_INSTRUCTIONS) {
    throw new RangeError(
      `the seccomp profile needs ${written.length} instructions; the kernel takes ${MAX_INSTRUCTIONS} at most`,
    )
  }
  return written.reverse()

  function write(node: Node, instruction: Instruction): void {
    place.set(node, written.length)
    written.push(instruction)
  }

  /** Instructions between the one to be written next and the node. */
  function distance(node: Node): number {
    return written.length - (place.get(node) ?? Number.NaN) - 1
  }

  /** A copy of a return is as short as a jump to it, and quicker. */
  function bringWithin(node: Node, reach: number): void {
    const gap = distance(node)
    if (gap <= reach) return
    const original = written[place.get(node) ?? -1]
    write(node, original?.code === CODE.give ? original : { code: CODE.skip, jt: 0, jf: 0, k: gap })
  }
}

function reachable(graph: Graph, entry: Node): readonly boolean[] {
  const live: boolean[] = []
  live[entry.id] = true
  for (let id = entry.id; id >= 0; id--) {
    const node = graph.nodes[id]
    if (!live[id] || node === undefined) continue
    if (node.yes !== undefined) live[node.yes.id] = true
    if (node.no !== undefined) live[node.no.id] = true
  }
  return live
}
