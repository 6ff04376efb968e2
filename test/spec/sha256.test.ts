import { createHash } from 'node:crypto'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { sha256 } from '../../src/spec/sha256.ts'

const known = (text: string) => createHash('sha256').update(text).digest('hex')

test('the digests of node:crypto, around the ends of blocks', () => {
  for (const length of [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000])
    expect(sha256('x'.repeat(length))).toBe(known('x'.repeat(length)))
})

test('any text has the digest of node:crypto', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => sha256(text) === known(text)),
  )
})
