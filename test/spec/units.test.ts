import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { formatSize, parseDuration, parseInteger, parseSize } from '../../src/spec/units.ts'

describe('sizes', () => {
  test.each([
    ['512', 512],
    ['512b', 512],
    ['1k', 1024],
    ['1kb', 1024],
    ['1KiB', 1024],
    ['64m', 67108864],
    ['64M', 67108864],
    ['1.5g', 1610612736],
    ['2t', 2199023255552],
    ['0', 0],
  ])('%s', (text, bytes) => expect(parseSize(text)).toBe(bytes))

  test.each([
    '',
    ' ',
    'm',
    '-1',
    '1e9',
    '0x10',
    '1 000',
    '1_000',
    '64mm',
    '1bb',
    '1ib',
    '9999999999t',
    '1m\n',
    '٣',
  ])('%j is none', (text) => expect(parseSize(text)).toBeNull())

  test('what is written is read', () => {
    fc.assert(fc.property(fc.nat({ max: 2 ** 40 }), (bytes) => parseSize(formatSize(bytes)) === bytes))
  })
})

describe('durations', () => {
  test.each([
    ['10', 10],
    ['1.5', 1.5],
    ['10s', 10],
    ['1m30s', 90],
    ['500ms', 0.5],
    ['1h', 3600],
    ['1.5h', 5400],
    ['2d', 172800],
    ['10us', 0.00001],
  ])('%s', (text, seconds) => expect(parseDuration(text)).toBe(seconds))

  test.each(['', 's', '-1s', '1x', '1m 30s', '1e3', 'Infinity', '1s\n'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeNull(),
  )

  test('parts add up', () => {
    const part = fc.nat({ max: 1000 })
    fc.assert(
      fc.property(part, part, part, (h, m, s) => parseDuration(`${h}h${m}m${s}s`) === h * 3600 + m * 60 + s),
    )
  })
})

test('integers have one way to be written', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => parseInteger(`${value}`) === value || Object.is(value, -0)),
  )
  for (const text of ['', '01', '+1', '1.0', '1e3', ' 1', '0x1']) expect(parseInteger(text)).toBeNull()
})
