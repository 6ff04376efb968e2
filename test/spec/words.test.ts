import { execFileSync } from 'node:child_process'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { nearest } from '../../src/spec/nearest.ts'
import { splitWords } from '../../src/spec/words.ts'

describe('words', () => {
  test.each([
    ['sleep 10', ['sleep', '10']],
    ["sh -c 'a && b; c'", ['sh', '-c', 'a && b; c']],
    ['a "b c" d\\ e', ['a', 'b c', 'd e']],
    ['"a\\"b\\n" \'\' ""', ['a"b\\n', '', '']],
    ['$HOME *.c ~ #x `id` $(id) a;b|c', ['$HOME', '*.c', '~', '#x', '`id`', '$(id)', 'a;b|c']],
    ['  \n\t ', []],
    ['a\\\nb', ['ab']],
  ])('%j', (line, words) => expect(splitWords(line)).toEqual({ words }))

  test.each([["it's"], ['"a'], ['a\\']])('%j is an error', (line) => {
    expect(splitWords(line)).toHaveProperty('error')
  })

  test('quoted words come back', () => {
    const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(splitWords(words.map(quote).join(' '))).toEqual({ words })
      }),
    )
  })

  test('quotes and backslashes mean what they mean to sh', () => {
    const piece = fc.constantFrom('a', ' ', "'", '"', '\\', '\\\\', '\t', 'b c', "''", '""', '\\"')
    const lines = fc.sample(
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
      150,
    )
    const good = lines.flatMap((line) => {
      const split = splitWords(line)
      return 'words' in split ? [{ line, words: split.words }] : []
    })
    const script = good
      .map(({ line }) => `for w in ${line}\ndo printf '%s\\0' "$w"; done; printf '\\n\\0'`)
      .join('\n')
    const out = execFileSync('sh', ['-c', script], { encoding: 'utf8' })
    expect(out).toBe(good.map(({ words }) => [...words, '\n'].map((word) => `${word}\0`).join('')).join(''))
  })
})

describe('the nearest name', () => {
  const known = ['mem_limit', 'memswap_limit', 'command', 'cpus', 'cpuset', 'tmpfs']
  test.each([
    ['memLimit', 'mem_limit'],
    ['mem-limit', 'mem_limit'],
    ['comand', 'command'],
    ['cpsu', 'cpus'],
    ['cpusets', 'cpuset'],
    ['volume', null],
    ['', null],
    ['x'.repeat(1000), null],
  ])('%s', (name, near) => expect(nearest(name, known)).toBe(near))
})
