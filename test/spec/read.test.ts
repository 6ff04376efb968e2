import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { printDiagnostics } from '../../src/spec/print.ts'
import { readSpec } from '../../src/spec/read.ts'
import { errorsOf } from './fake.ts'

const read = (text: string) => readSpec({ text, env: {} })

function messages(text: string): string[] {
  const result = read(text)
  return 'errors' in result ? result.errors.map(({ message }) => message) : []
}

describe('YAML 1.2, not 1.1', () => {
  test('words that 1.1 takes for something else are texts', () => {
    const result = read(
      'environment: {A: no, B: 0777, C: 1_000, D: 22:22, E: 1.10, F: TRUE, G: ~, H: 0x10, I: 2001-01-01}',
    )
    expect('spec' in result && result.spec.environment).toEqual({
      A: 'no',
      B: '0777',
      C: '1_000',
      D: '22:22',
      E: '1.10',
      F: 'TRUE',
      G: null,
      H: '0x10',
      I: '2001-01-01',
    })
  })

  test.each([
    ['pids_limit: 0777', '0777 could be octal or decimal'],
    ['pids_limit: 1_000', 'expected a whole number, got the text "1_000"'],
    ['pids_limit: .inf', 'expected a whole number, got the number Infinity'],
    ['pids_limit: .nan', 'expected a whole number, got the number NaN'],
    ['init: yes', 'expected true or false, got the text "yes"'],
  ])('%s', (text, message) => expect(messages(text)).toEqual([message]))
})

describe('bombs end within a second', () => {
  const laughs = ['a: &a [x,x,x,x,x,x,x,x,x]']
  for (const [from, to] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi']) {
    laughs.push(`${to}: &${to} [${Array(9).fill(`*${from}`).join(',')}]`)
  }
  test.each([
    ['billion laughs', `x-bomb:\n  ${laughs.join('\n  ')}`],
    ['an alias of itself', 'x-a: &a [*a, *a]'],
    ['flow lists, 5k deep', '['.repeat(5000)],
    ['flow lists, 200k deep', '['.repeat(200000)],
    ['closed flow lists', `x-a: ${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['flow maps', '{a: '.repeat(200000)],
    ['block lists', '- '.repeat(200000)],
    ['explicit keys', '? '.repeat(200000)],
    ['keys on a line', 'a: '.repeat(200000)],
    ['block maps', Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
    ['many keys', Array.from({ length: 90000 }, (_, key) => `k${key}: 1\n`).join('')],
    ['many wrong keys', Array.from({ length: 9000 }, (_, key) => `k${key}: 1\n`).join('')],
    ['many wrong values', `volumes: [${'{},'.repeat(9000)}]`],
    ['the same key', 'a: 1\n'.repeat(40000)],
    ['anchors', '&a '.repeat(300000)],
    ['comments', '#\n'.repeat(500000)],
    ['exclamation marks', '!'.repeat(1000000)],
    ['1 GiB', 'x'.repeat(2 ** 29 - 100)],
    ['variables', `command: ["${'${A:-'.repeat(100000)}"]`],
  ])('%s', (_, text) => {
    const start = process.cpuUsage()
    const result = read(text)
    expect('errors' in result && result.errors.length).toBeGreaterThan(0)
    if ('errors' in result) printDiagnostics('x', text.slice(0, 1048576), result.errors)
    expect(millisecondsSince(start)).toBeLessThan(1000)
  })
})

test('four thousand wrong words on one line end within a second', () => {
  const start = process.cpuUsage()
  expect(errorsOf(`cap_add: [${'net_amdin,'.repeat(4000)}]`)).toHaveLength(4000)
  expect(millisecondsSince(start)).toBeLessThan(1000)
})

describe('nothing reaches Object.prototype', () => {
  test.each([
    '__proto__: {polluted: true}',
    '"\\u005f_proto__": {polluted: true}',
    'constructor: {prototype: {polluted: true}}',
    'labels: {__proto__: x}',
    'environment: {constructor: x}',
    'x-a: {b: [{__proto__: {polluted: true}}]}',
    'volumes: [{__proto__: {target: /a}, source: /a, target: /b}]',
    'blkio_config: {prototype: 1}',
    '? !!str __proto__\n: {polluted: true}',
  ])('%s', (text) => {
    expect(messages(text).length).toBeGreaterThan(0)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('a list of pairs cannot name it either', () => {
    expect(errorsOf('labels: ["__proto__=x", "constructor=y"]')).toHaveLength(2)
  })
})

describe('anything at all', () => {
  test.each([
    '',
    '\0',
    '"\\0"',
    '---\n...',
    'null',
    '[]',
    '5',
    '- a',
    '\ufeff',
    '\u001b[31m: x',
    'a: *b',
    '%',
    '\t',
    '? [a]: b\n: c',
    '!!set {a}',
    '<<: {a: b}',
    '{? {a: b} : c}',
  ])('%j is an error, not an exception', (text) => expect(messages(text).length).toBeGreaterThan(0))

  test('random texts', () => {
    const unit = fc.constantFrom(
      ...'ab:-[]{}&*!|>\'"%@`#,?\n\n  \t$~0',
      'name',
      'volumes',
      'environment',
      'command',
      '\0',
      '\u2028',
    )
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => void read(text)),
      { numRuns: 2000 },
    )
  })

  test('what is printed moves no cursor', () => {
    const text = `name: "\\e[2Jx\\u202e\\u2028"\n"\\e]0;x": 1\nx\u2028y: 1`
    const result = read(text)
    const printed = 'errors' in result ? printDiagnostics('a\u001b.yaml', text, result.errors) : ''
    expect(printed).toMatch(/^a\\u001b\.yaml:2:1: error: unknown key "\\/)
    expect(printed.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
  })
})

test('the place is that of the exact node', () => {
  const result = read('rootfs: host\nvolumes:\n  - ./a:/a\n  - source: ./b\n    target: /b\nmem_limit: 1m\n')
  if (!('spec' in result)) throw new Error('it is a good spec')
  expect(result.at(['volumes', 1, 'target'])).toEqual({ line: 5, column: 13, length: 2 })
  expect(result.at(['volumes', 1, 'bind', 'propagation'])).toEqual({ line: 4, column: 5, length: 11 })
  expect(result.at(['volumes'])).toEqual({ line: 2, column: 1, length: 7 })
  expect(result.at(['cpus'])).toEqual({ line: 1, column: 1, length: 1 })
})

/** CPU time: other work on the machine does not count. */
function millisecondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
