import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { Part, Word } from '../../src/plan/plan.ts'
import { printWord } from '../../src/shell/word.ts'

test.each<[Word, string]>([
  ['plain', 'plain'],
  ['two words', "'two words'"],
  [{ ref: 'run' }, '"$run"'],
  [[{ ref: 'run' }, '/root'], '"$run/root"'],
  [[{ ref: 'run' }, 'x'], '"${run}x"'],
  [[{ ref: 'run' }, '_'], '"${run}_"'],
  [['/proc/', { ref: 'furnisher' }, '/ns/mnt'], '"/proc/$furnisher/ns/mnt"'],
  [[{ ref: 'a' }, { ref: 'b' }], '"$a$b"'],
  [['it’s ', { ref: 'a' }], '\'it’s \'"$a"'],
  [[{ ref: 'a' }, '$b'], '"$a"\'$b\''],
  [{ ref: '@' }, '"$@"'],
  [['a', 'b c'], "'ab c'"],
  [[], "''"],
  ['', "''"],
])('%j is %s', (word, printed) => {
  expect(printWord(word)).toBe(printed)
})

test('text and variables are put together to the byte, and a variable’s text is never read again', () => {
  const text = fc
    .array(fc.constantFrom(...'\'"\\$`;*?[]~#!= \t\n-a0_é'), { maxLength: 6 })
    .map((chars) => chars.join(''))
  const part = fc.oneof(
    text.map((literal): [Part, string] => [literal, literal]),
    text.map((value): [Part, string] => [{ ref: 'v' }, value]),
  )
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
      const names = parts.map(([one], index) => (typeof one === 'string' ? one : { ref: `v${index}x` }))
      const env = Object.fromEntries(parts.map(([, value], index) => [`v${index}x`, value]))
      const { stdout } = spawnSync('sh', ['-c', `printf '%s|' ${printWord(names)}`], { env })
      expect(stdout.toString()).toBe(`${parts.map(([, value]) => value).join('')}|`)
    }),
    { numRuns: 150 },
  )
})
