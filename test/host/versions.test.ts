import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { atLeast } from '../../src/host/at-least.ts'
import { remember } from '../../src/host/versions.ts'

describe('remember', () => {
  let root: string
  let tool: string
  let cache: string
  let asked = 0
  const ask = (): string => `tool ${++asked}`

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'boxes-versions-'))
    tool = join(root, 'tool')
    cache = join(root, 'new/cache.json')
    asked = 0
    writeFileSync(tool, 'one')
  })
  afterEach(() => rmSync(root, { recursive: true }))

  test('asks once, also over processes, in a file for its owner alone', () => {
    expect(remember(cache, ask)(tool)).toBe('tool 1')
    expect(remember(cache, ask)(tool)).toBe('tool 1')
    expect(statSync(cache).mode & 0o777).toBe(0o600)
    expect(statSync(join(root, 'new')).mode & 0o777).toBe(0o700)
  })

  test('asks again when the tool has changed, and forgets the old answer', () => {
    remember(cache, ask)(tool)
    utimesSync(tool, 1, 1)
    expect(remember(cache, ask)(tool)).toBe('tool 2')
    expect(Object.keys(JSON.parse(readFileSync(cache, 'utf8')))).toHaveLength(1)
  })

  test('a cache that cannot be kept, or is not one, is as none', () => {
    expect(remember('/proc/nowhere/cache.json', ask)(tool)).toBe('tool 1')
    remember(cache, ask)(tool)
    for (const text of ['', '[1]', 'null', '{"x": 1}']) {
      writeFileSync(cache, text)
      expect(remember(cache, ask)(tool)).toBe(`tool ${asked}`)
    }
  })

  test('no answer is not kept', () => {
    expect(remember(cache, () => '')(tool)).toBe('')
    expect(remember(cache, ask)(tool)).toBe('tool 1')
  })
})

test.each([
  ['2.38.1', '2.38', true],
  ['2.38', '2.38.1', false],
  ['2.9', '2.38', false],
  ['2.41.5', '2.41', true],
  ['3.0', '2.41', true],
  ['2.42-rc1', '2.42', true],
  ['busybox', '1.0', false],
  ['', '0', false],
])('version %j is at least %j: %j', (version, wanted, expected) => {
  expect(atLeast({ path: '/x', version }, wanted)).toBe(expected)
  expect(atLeast(undefined, wanted)).toBe(false)
})
