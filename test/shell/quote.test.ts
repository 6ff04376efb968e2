import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { quote } from '../../src/shell/quote.ts'

/** What a shell makes of these words: each comes back ended by NUL. */
function read(shell: readonly [string, ...string[]], words: readonly string[]): string[] {
  const script = `printf '%s\\0' ${words.map(quote).join(' ')}`
  const [file, ...args] = shell
  const { stdout, status } = spawnSync(file, args, { input: script, env: {}, cwd: '/' })
  expect(status).toBe(0)
  return stdout.toString('utf8').split('\0').slice(0, -1)
}

const shells: [string, ...string[]][] = [['sh'], ['bash', '--posix'], ['busybox', 'sh']]

/** Text as UTF-8 can hold it, rich in what shells care for. */
const rich = fc
  .array(fc.constantFrom(...'\'"\\$`;&|<>()*?[]{}~#!=%^ \t\n\r-aé€😀\x01\x7f'), { maxLength: 12 })
  .map((chars) => chars.join(''))
const text = fc.oneof(rich, fc.string({ unit: 'binary', maxLength: 20 })).filter((one) => !one.includes('\0'))

test.each(shells)('any text without NUL comes back from %s to the byte', (...shell) => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 40 }), (words) => {
      expect(read(shell as [string, ...string[]], words)).toEqual(words)
    }),
    { numRuns: 40 },
  )
})

test.each([
  ['', "''"],
  ['plain', 'plain'],
  ['/usr/bin/a-b_c.d', '/usr/bin/a-b_c.d'],
  ['a b', "'a b'"],
  ["it's", "'it'\\''s'"],
  ['$HOME', "'$HOME'"],
  ['`x`', "'`x`'"],
  ['a\nb', "'a\nb'"],
  ['~', "'~'"],
  ['#', "'#'"],
  ['-n', '-n'],
  ['A=b', 'A=b'],
  // zsh would look for the program of that name.
  ['=b', "'=b'"],
  ['!', "'!'"],
])('%j is %s', (given, quoted) => {
  expect(quote(given)).toBe(quoted)
})

test('NUL cannot be quoted', () => {
  expect(() => quote('a\0b')).toThrow(RangeError)
})
