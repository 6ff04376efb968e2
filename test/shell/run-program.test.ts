import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { withProgramFile } from '../../src/cli/program-file.ts'
import { runProgram } from '../../src/shell/run-program.ts'

let temp = ''
beforeAll(() => {
  temp = mkdtempSync(`${tmpdir()}/boxes-run-`)
})
afterAll(() => rmSync(temp, { recursive: true, force: true }))

const program = (text: string): string => {
  writeFileSync(`${temp}/program`, text)
  return `${temp}/program`
}
const env = { PATH: process.env.PATH }

test.each([
  ['exit 0', 0],
  ['exit 42', 42],
  ['kill -KILL $$', 137],
  ['kill -TERM $$', 143],
  ['[ "$1" = up ] && [ -z "${BOXES_PROGRESS-}" ] || exit 9', 0],
])('the status of %j is %i', async (text, status) => {
  expect(await runProgram(program(text), { args: ['up'], env })).toBe(status)
})

test('its steps are told one by one, until the command runs', async () => {
  const told: string[] = []
  const steps = { step: (title: string) => told.push(title), running: () => told.push('(running)') }
  const text =
    "printf 'One\\talways\\nTw' >&$BOXES_PROGRESS; sleep 0.1; printf 'o\\tvolumes\\nrunning\\t\\n' >&3; exec 3>&-"
  expect(await runProgram(program(text), { args: [], env, steps })).toBe(0)
  expect(told).toEqual(['One', 'Two', '(running)'])
})

test('a process that it leaves behind does not hold us', async () => {
  const steps = { step: () => {}, running: () => {} }
  const begun = performance.now()
  await runProgram(program('sleep 5 >/dev/null 2>&1 &'), { args: [], env, steps })
  expect(performance.now() - begun).toBeLessThan(3000)
})

test('the program file is private, goes afterwards, and takes the leftovers of its box along', async () => {
  const run = `${temp}/run`
  await withProgramFile(run, 'web', 'true', async () => {})
  for (const left of ['.web.4194305', '.web.x', '.other.4194305']) writeFileSync(`${run}/${left}`, '')
  const seen = await withProgramFile(run, 'web', 'true', async (file) => [file, readdirSync(run).length])
  expect(seen).toEqual([`${run}/.web.${process.pid}`, 3])
  await expect(withProgramFile(run, 'web', 'true', () => Promise.reject(new Error('x')))).rejects.toThrow('x')
  expect(readdirSync(run).sort()).toEqual(['.other.4194305', '.web.x'])
})
