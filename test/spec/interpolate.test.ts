import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { interpolate } from '../../src/spec/interpolate.ts'
import { boxOf, errorsOf } from './fake.ts'

const env = { A: 'a', EMPTY: '', WEIRD: '$(id) ${A} `x`' }

describe('variables', () => {
  test.each([
    ['$A ${A}', 'a a'],
    ['${NO:-d} ${NO-d} ${EMPTY:-d} ${EMPTY-d}|', 'd d d |'],
    ['${A:-d}${A-d}${A:?e}${A?e}', 'aaaa'],
    ['${NO:-${A}} ${NO:-${NO2:-x}} ${NO:-a}b}', 'a x ab}'],
    ['${A:+y}${A+y}${NO:+y}${NO+y}${EMPTY:+y}${EMPTY+y}', 'yyy'],
    ['$$A $${A} $$$$ $$(id)', '$A ${A} $$ $(id)'],
    ['$WEIRD', '$(id) ${A} `x`'],
    ['${NO:-multi\nline}', 'multi\nline'],
    ['no dollars', 'no dollars'],
  ])('%s', (text, out) => expect(interpolate(text, env)).toEqual({ text: out }))

  test.each([
    '$',
    'a$',
    '$1',
    '$(id)',
    '${',
    '${}',
    '${A',
    '${1A}',
    '${A!b}',
    '${NO}',
    '$NO',
    '${NO:?}',
    '${EMPTY:?x}',
  ])('%s is an error', (text) => expect(interpolate(text, env)).toHaveProperty('error'))

  test('properties of Object are no variables', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(interpolate(`\${${name}}`, env)).toHaveProperty('error')
    }
  })

  test('doubling the dollars keeps any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(interpolate(text.replaceAll('$', '$$$$'), env)).toEqual({ text })
      }),
    )
  })

  test('a value is never read again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(interpolate('<$A${A}>', { A: value })).toEqual({ text: `<${value}${value}>` })
      }),
    )
  })

  test('any text gives a text or an error, in no time', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('$', '{', '}', 'A', ':', '-', '?', '+', 'x') }),
        (text) => {
          interpolate(text, env)
        },
      ),
    )
    expect(interpolate('${A:-'.repeat(100000), {})).toHaveProperty('error')
    expect(interpolate('$A'.repeat(1000), { A: 'x'.repeat(100000) })).toHaveProperty('error')
  })
})

test('a replaced value becomes what its field wants', () => {
  const box = boxOf('pids_limit: ${N}\nread_only: "${B}"\nenvironment: {A: "${N}", B: "0${N}"}', {
    env: { N: '10', B: 'true' },
  })
  expect(box.resources.pids).toBe(10)
  expect(box.mounts.readOnly).toBe(true)
  expect(box.process.environment).toContainEqual(['B', '010'])
  expect(errorsOf('pids_limit: ${N}', { env: { N: 'x' } })).toEqual([
    'pids_limit: expected a whole number, got the text "x"',
  ])
})
