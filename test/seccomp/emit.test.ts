import { expect, test } from '@jest/globals'
import { CODE, MAX_JUMP } from '../../src/seccomp/bpf.ts'
import { emit } from '../../src/seccomp/emit.ts'
import { createGraph, type Graph, type Node } from '../../src/seccomp/graph.ts'
import { runFilter } from './run-filter.ts'

const answer = (graph: Graph, entry: Node, nr: number) => runFilter(emit(graph, entry), { arch: 0, nr }).value

// Two far targets of one jump: bringing the second near moves the first away.
test.each(Array.from({ length: 20 }, (_, i) => MAX_JUMP - 10 + i))(
  'both ways over %s instructions',
  (length) => {
    const graph = createGraph()
    // A return and a part of several instructions: the one is copied, the other jumped to.
    const [one, two] = [graph.give(1), graph.load(4, graph.jump(CODE.equal, 0, graph.give(2), graph.give(3)))]
    let between: Node = graph.give(4)
    for (let i = 0; i < length; i++) between = graph.jump(CODE.equal, 1000 + i, graph.give(5), between)
    for (const [yes, no] of [
      [one, two],
      [two, one],
    ] as const) {
      const far = graph.jump(CODE.equal, 7, yes, no)
      const entry = graph.load(0, graph.jump(CODE.atLeast, 1000, between, far))
      expect(emit(graph, entry).every(({ jt, jf }) => jt <= MAX_JUMP && jf <= MAX_JUMP)).toBe(true)
      expect([7, 8, 1000, 1000 + length].map((nr) => answer(graph, entry, nr))).toEqual([
        yes === one ? 1 : 2,
        yes === one ? 2 : 1,
        5,
        4,
      ])
    }
  },
)

test('equal parts are written once, parts that nothing leads to not at all', () => {
  const graph = createGraph()
  const part = () => graph.load(16, graph.jump(CODE.equal, 1, graph.give(8), graph.give(9)))
  graph.load(24, graph.jump(CODE.equal, 2, graph.give(6), graph.give(7)))
  const entry = graph.load(
    0,
    graph.jump(CODE.equal, 0, part(), graph.jump(CODE.equal, 1, part(), graph.give(9))),
  )
  expect(part()).toBe(part())
  expect(emit(graph, entry).filter(({ code }) => code === CODE.load)).toHaveLength(2)
})

test('a load before a return is left out, and so is a test without a choice', () => {
  const graph = createGraph()
  const give = graph.give(3)
  expect(graph.load(0, graph.jump(CODE.equal, 1, give, give))).toBe(give)
})
