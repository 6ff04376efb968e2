import { CODE, DATA } from './bpf.ts'
import type { Graph, Node } from './graph.ts'
import type { Arg } from './profile.ts'

/** Compare one 64-bit argument, unsigned, half by half: a filter sees only 32 bits at a time. */
export function condition(graph: Graph, arg: Arg, yes: Node, no: Node): Node {
  switch (arg.op) {
    case 'SCMP_CMP_EQ':
      return equal(graph, arg, ALL, BigInt(arg.value), yes, no)
    case 'SCMP_CMP_NE':
      return equal(graph, arg, ALL, BigInt(arg.value), no, yes)
    case 'SCMP_CMP_MASKED_EQ':
      return equal(graph, arg, BigInt(arg.value), BigInt(arg.valueTwo ?? 0), yes, no)
    case 'SCMP_CMP_GT':
      return ordered(graph, arg, CODE.above, yes, no)
    case 'SCMP_CMP_GE':
      return ordered(graph, arg, CODE.atLeast, yes, no)
    case 'SCMP_CMP_LE':
      return ordered(graph, arg, CODE.above, no, yes)
    case 'SCMP_CMP_LT':
      return ordered(graph, arg, CODE.atLeast, no, yes)
  }
}

function equal(graph: Graph, { index }: Arg, mask: bigint, value: bigint, yes: Node, no: Node): Node {
  const low = equalHalf(graph, DATA.low(index), half(mask), half(value), yes, no)
  return equalHalf(graph, DATA.high(index), half(mask >> 32n), half(value >> 32n), low, no)
}

function equalHalf(graph: Graph, offset: number, mask: number, value: number, yes: Node, no: Node): Node {
  if (mask === 0) return value === 0 ? yes : no
  if (mask !== half(ALL)) {
    return graph.load(offset, graph.and(mask, graph.jump(CODE.equal, value, yes, no)), name(offset))
  }
  const test = graph.jump(CODE.equal, value, past(yes, offset), past(no, offset))
  return graph.load(offset, test, name(offset))
}

function ordered(graph: Graph, { index, value }: Arg, code: number, yes: Node, no: Node): Node {
  const [high, low] = [half(BigInt(value) >> 32n), half(BigInt(value))]
  const lowTest = graph.jump(code, low, past(yes, DATA.low(index)), past(no, DATA.low(index)))
  const [above, below] = [past(yes, DATA.high(index)), past(no, DATA.high(index))]
  const tie = graph.jump(CODE.equal, high, graph.load(DATA.low(index), lowTest, name(DATA.low(index))), below)
  return graph.load(DATA.high(index), graph.jump(CODE.above, high, above, tie), name(DATA.high(index)))
}

/** Where a node only loads what is already at hand, go on after it. */
function past(node: Node, offset: number): Node {
  return node.code === CODE.load && node.k === offset && node.yes !== undefined ? node.yes : node
}

function name(offset: number): string {
  return `arg${(offset - 16) >> 3} ${offset % 8 === 0 ? 'low' : 'high'}`
}

function half(value: bigint): number {
  return Number(value & 0xffffffffn)
}

const ALL = 0xffffffffffffffffn
