import { describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { resolveText } from './fake.ts'
import { places } from './places.ts'

// Argument injection; NUL, newline, env: any text in any field is kept exactly or refused.
const corpus = [
  "'",
  '"',
  ';',
  '; touch /tmp/pwned',
  '$( )',
  '$(touch /tmp/pwned)',
  '`id`',
  '\n',
  'a\nb',
  'a\n; id',
  '\0',
  'a\0b',
  ',',
  'a,b=c',
  '=',
  '+',
  ':',
  'a:b:c:d',
  '%',
  '%s%n',
  '*',
  '?',
  '-rf',
  '--help',
  '--',
  '@file',
  '../',
  '../../etc/passwd',
  '/../x',
  '\u2028',
  '\u202e',
  '\ud800',
  ' ',
  '',
  '~',
  '~root/x',
  '\\',
  '\u001b[2J',
  '|',
  '<<EOF',
  '${HOME}',
  'é',
  'x'.repeat(5000),
]

describe('any text in any field is kept exactly, or refused with a diagnostic', () => {
  test('there are many', () => expect(places.length).toBeGreaterThan(80))
  test.each(places)('%s', (place, specOf) => {
    for (const text of corpus) {
      const spec = { rootfs: 'host', command: ['true'], ...(specOf(text.replaceAll('$', '$$$$')) as object) }
      const yaml = stringify(spec, { version: '1.2', lineWidth: 0 })
      const result = resolveText(yaml)
      // A variable without a value that the caller does not have is no variable.
      if (place === 'environment[]' && !text.includes('=')) continue
      if ('box' in result) expect(keeps(JSON.stringify(result.box), text)).toBe(true)
      else expect(result.errors.length).toBeGreaterThan(0)
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

test('arguments, environment and labels are kept to the byte', () => {
  for (const text of corpus.filter((one) => !/[\0\p{Cs}]/u.test(one))) {
    const spec = { rootfs: 'host', command: ['x', text], environment: { A: text }, labels: { b: text } }
    const result = resolveText(stringify(spec, { lineWidth: 0 }).replaceAll('$', '$$$$'))
    if (!('box' in result)) throw new Error(`${JSON.stringify(text)} is refused`)
    expect(result.box.process.args).toEqual(['x', text])
    expect(new Map(result.box.process.environment).get('A')).toBe(text)
    expect(result.box.labels.b).toBe(text)
  }
})

test('a text that was cut or left out would be noticed', () => {
  const box = JSON.stringify({ args: ['x', 'a'] })
  for (const text of ['a\0b', 'a\nb', 'a\n; id', '$(touch /tmp/pwned)', '`id`', ';', '${HOME}', 'a:b:c:d'])
    expect([text, keeps(box, text)]).toEqual([text, false])
})

/** Paths lose empty and `.` parts, and command lines are split: what is left of them must be in the box. */
function keeps(box: string, text: string): boolean {
  const parts = text
    .split(/[\s/:=,]+|\.\.|['"\\]/)
    .filter((part) => part !== '' && part !== '~' && part !== '--')
  return parts.every((part) => box.includes(JSON.stringify(part).slice(1, -1)))
}
