import { describeReturn } from './actions.ts'
import { CODE } from './bpf.ts'

/**
 * A program as a graph without cycles. Equal nodes are one node: so what is shared is written once, and two system calls
 * have the same decision exactly when they have the same node.
 */
export interface Node {
  /** Above the ids of all nodes it leads to. */
  readonly id: number
  readonly code: number
  readonly k: number
  /** Where a test that holds leads to; for loads and sums the next node; absent for a return. */
  readonly yes?: Node
  /** Where a test that fails leads to. */
  readonly no?: Node
  readonly comment?: string
}

export interface Graph {
  /** By id. */
  readonly nodes: readonly Node[]
  give(value: number): Node
  load(offset: number, next: Node, comment?: string): Node
  and(mask: number, next: Node): Node
  jump(code: number, k: number, yes: Node, no: Node, comment?: string): Node
}

export function createGraph(): Graph {
  const nodes: Node[] = []
  const known = new Map<string, Node>()
  return {
    nodes,
    give: (value) => node(CODE.give, value, undefined, undefined, describeReturn(value)),
    load: (offset, next, comment) =>
      next.code === CODE.give ? next : node(CODE.load, offset, next, undefined, comment),
    and: (mask, next) => node(CODE.and, mask, next, undefined),
    jump: (code, k, yes, no, comment) => (yes === no ? yes : node(code, k, yes, no, comment)),
  }

  function node(code: number, k: number, yes?: Node, no?: Node, comment?: string): Node {
    const key = `${code} ${k} ${yes?.id} ${no?.id}`
    const old = known.get(key)
    if (old !== undefined) return old
    const made = {
      id: nodes.length,
      code,
      k,
      ...(yes && { yes }),
      ...(no && { no }),
      ...(comment && { comment }),
    }
    nodes.push(made)
    known.set(key, made)
    return made
  }
}
