import { expect, test } from '@jest/globals'
import { span } from '../../src/state/clock.ts'

test.each([
  [0, '0s'],
  [0.9, '0s'],
  [59, '59s'],
  [60, '1m'],
  [3725, '1h 2m'],
  [86400 * 40 + 7200, '40d 2h'],
])('%d seconds are %s', (seconds, text) => {
  expect(span(seconds)).toBe(text)
})
