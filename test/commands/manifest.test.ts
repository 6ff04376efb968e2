import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { execaSync } from 'execa'

const root = new URL('../..', import.meta.url).pathname

test('oclif.manifest.json is current', () => {
  const ran = execaSync('node', [`${root}scripts/manifest.js`], { reject: false })
  expect([ran.exitCode, ran.stderr]).toEqual([0, ''])
})

test('every command says what it does, and shows how', () => {
  const { commands } = JSON.parse(readFileSync(`${root}oclif.manifest.json`, 'utf8')) as {
    commands: Record<string, Entry>
  }
  for (const { id, summary, examples, flags, args } of Object.values(commands)) {
    expect({ id, summary, examples: examples?.length }).toEqual({
      id,
      summary: expect.stringMatching(/\.$/),
      examples: expect.any(Number),
    })
    for (const part of [...Object.values(flags), ...Object.values(args)])
      expect(part.description).toEqual(expect.any(String))
  }
})

interface Entry {
  readonly id: string
  readonly summary?: string
  readonly examples?: readonly string[]
  readonly flags: Readonly<Record<string, { description?: string }>>
  readonly args: Readonly<Record<string, { description?: string }>>
}
