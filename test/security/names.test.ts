import { existsSync } from 'node:fs'
import { normalize } from 'node:path'
import { describe, expect, jest, test } from '@jest/globals'
import { makePlan } from '../../src/plan/make-plan.ts'
import { printProgram } from '../../src/plan/program/print-program.ts'
import type { Box } from '../../src/spec/box.ts'
import { loadSpec } from '../../src/spec/load.ts'
import { boxName } from '../../src/spec/resolve/identity.ts'
import { facts, run, world } from '../harness/index.ts'
import { without } from './attack.ts'

// Names become paths, words and lines of the program; a NUL ends a record and an argument.
const here = world()
const marker = `${here.directory}/marker`

/** Compiled only, and no box of the world: a `down` of `..` would meet the cgroup of all. */
function compile(name: string, file = 'spec.yaml'): { box: Box; program: string } | string {
  const named = file === 'spec.yaml' ? { name } : {}
  const spec = here.file(
    file,
    JSON.stringify({ ...named, rootfs: 'host', command: ['true'] }).replaceAll('$', '$$$$'),
  )
  const loaded = loadSpec(spec, { env: here.env, host: facts() })
  if (!('box' in loaded)) return loaded.printed
  return { box: loaded.box, program: printProgram(makePlan(loaded.box, facts())) }
}

const at = (path: string) => normalize(`${path}/`)
const line = `a\n: >${marker} #`
/** What the name would do in the program, were it taken. */
const harms: [string, (made: { box: Box; program: string }) => boolean][] = [
  ['../x', ({ box }) => at(box.paths.run) === `${here.directory}/x/`],
  ['../../../tmp/evil', ({ box }) => !at(box.paths.data).startsWith(here.directory)],
  ['..', ({ box, program }) => at(box.paths.run) === `${here.directory}/` && program.includes('/boxes/..')],
  ['.', ({ box }) => at(box.paths.run) === `${here.run}/`],
  ['', ({ box }) => at(box.paths.run) === `${here.run}/`],
  ['a/b', ({ box }) => box.paths.run === `${here.run}/a/b`],
  ['a b', ({ program }) => /^cgroups='\S+\/boxes\/a b /m.test(program)],
  // An option of each verb that it is given to.
  ['-rf', ({ program }) => program.includes('\nname=-rf\n')],
  ['a;b', ({ program }) => program.includes("\nname='a;b'\n")],
  ['$(id)', ({ program }) => program.includes("\nname='$(id)'\n")],
  [line, ({ program }) => program.includes(`\n: >${marker} #,`)],
]

describe.each(harms)('the name %j', (name, harm) => {
  test('is refused, as that of the file too', () => {
    expect(compile(name)).toMatch(/cannot be the name of a box/)
    if (!/[/.]|^$/.test(name)) expect(compile('', `${name}.yaml`)).toMatch(/cannot be the name of a box/)
  })
  test('would do harm without the check', async () => {
    const check = jest.spyOn(boxName, 'test').mockReturnValue(true)
    const made = compile(name)
    check.mockRestore()
    expect(typeof made === 'object' && harm(made)).toBe(true)
    if (typeof made === 'string' || name !== line) return
    // Without a verb a program does nothing of its own.
    expect((await run(['sh', here.file('program', made.program)])).status).toBe(2)
    expect(existsSync(marker)).toBe(true)
  })
})

test('newlines arrive', async () => {
  const box = here.box({
    rootfs: 'host',
    environment: { A: '1\n2', B: '=x=\n' },
    command: ['sh', '-c', 'printf "%s|%s|%s" "$A" "$B" "$1"', 'x', 'a\nb\n'],
  })
  expect((await box.up()).stdout).toBe('1\n2|=x=\n|a\nb\n')
  await box.down()
})

describe('NUL', () => {
  const show = ['sh', '-c', 'printf "%s " "$(id -u)" "$A" "$@"', 'sh']
  const spec = (text: string) => ({
    rootfs: 'host',
    user: '1000',
    environment: { A: text },
    command: [...show, text],
  })
  test('is refused wherever a text may stand', () => {
    for (const one of [
      { command: ['a\0b'] },
      { command: ['x'], environment: { A: 'a\0b' } },
      { command: ['x'], environment: { 'A\0': 'b' } },
      { command: ['x'], environment: ['A\0=b'] },
      spec('cut\0user 0'),
    ])
      expect(() => here.box({ rootfs: 'host', ...one })).toThrow(/NUL/)
  })
  test('would cut arguments, and begin a record: another user', async () => {
    const box = here.box(spec('cut<NUL>user 0'))
    expect((await box.up()).stdout).toBe('1000 cut<NUL>user 0 cut<NUL>user 0 ')
    await box.down()
    // What printf writes then, as in 'arg cut' 'user 0'.
    without(box, '<NUL>', "' '")
    expect((await box.up()).stdout).toBe('0 cut cut ')
    await box.down()
  })
})
