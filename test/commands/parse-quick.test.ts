import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { Parser } from '@oclif/core'
import fc from 'fast-check'
import { type Declared, parseQuick } from '../../src/cli/parse-quick.ts'
import Plan from '../../src/commands/plan.ts'
import Ps from '../../src/commands/ps.ts'
import Up from '../../src/commands/up.ts'

const manifest = JSON.parse(readFileSync(new URL('../../oclif.manifest.json', import.meta.url), 'utf8'))

describe.each([
  ['plan', Plan],
  ['up', Up],
  ['ps', Ps],
])('quick arguments of %s', (verb, command) => {
  const declared = manifest.commands[verb] as Declared
  const names = Object.values(declared.flags).flatMap(({ name, char }) => [
    `--${name}`,
    ...(char ? [`-${char}`] : []),
  ])
  const word = fc.oneof(
    fc.constantFrom(...names, '-', '--', '-x', '--help', 'web.yaml', 'json', ''),
    fc.string({ maxLength: 4 }),
  )

  test('are read as oclif reads them, or left to it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 4 }), async (argv) => {
        const quick = parseQuick(argv, declared)
        if (quick === null) return
        const { args, flags } = await Parser.parse(argv, {
          args: command.args,
          flags: command.flags,
        } as never)
        expect(quick).toEqual({ args: defined(args), flags: defined(flags) })
      }),
      { numRuns: 2000 },
    )
  })
})

test('the everyday calls are quick', () => {
  const { plan, up, ps } = manifest.commands
  expect(parseQuick(['web.yaml'], plan)).toEqual({ args: { spec: 'web.yaml' }, flags: {} })
  expect(parseQuick(['-d', 'web.yaml', '--rm'], up)).toEqual({
    args: { spec: 'web.yaml' },
    flags: { detach: true, rm: true },
  })
  expect(parseQuick([], ps)).toEqual({ args: {}, flags: { format: 'table' } })
})

function defined(values: Record<string, unknown>): Record<string, unknown> {
  const { json, ...rest } = values
  return Object.fromEntries(
    Object.entries({ ...rest, ...(json ? { json } : {}) }).filter(([, value]) => value !== undefined),
  )
}
