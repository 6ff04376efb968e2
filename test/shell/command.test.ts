import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import type { Command } from '../../src/plan/plan.ts'
import { printCommand } from '../../src/shell/command.ts'

const directory = mkdtempSync('/tmp/boxes-command-')
afterAll(() => rmSync(directory, { recursive: true }))

const print = (...commands: readonly Command[]) => commands.flatMap((one) => printCommand(one, '')).join('\n')
const run = (text: string) => spawnSync('sh', ['-eu'], { input: text, encoding: 'utf8', cwd: directory })

test.each<[string, Command, string]>([
  ['a tool', { run: ['mount', '-t', 'tmpfs', 'a b'] }, "mount -t tmpfs 'a b'"],
  ['the last one', { run: ['sh'], exec: true }, 'exec sh'],
  ['one beside others', { run: ['ip', 'link'], background: 'loopback' }, 'ip link &\nloopback=$!'],
  ['a function', { call: 'mask', args: [{ ref: 'pid' }, '/proc/keys'] }, 'mask "$pid" /proc/keys'],
  [
    'a file',
    { write: [{ ref: 'run' }, '/hosts'], lines: ['a', 'b c'] },
    `printf '%s\\n' a 'b c' >"$run/hosts"`,
  ],
  ['more of a file', { write: 'x', lines: ['a'], append: true }, `printf '%s\\n' a >>x`],
  ['records', { write: 'x', lines: ['a'], end: '\\0' }, `printf '%s\\0' a >x`],
  ['an answer', { capture: 'id', from: ['id', '-u'] }, 'id=$(id -u)'],
  ['a variable', { set: 'lower', to: '/' }, 'lower=/'],
  ['a descriptor', { open: 8, from: [{ ref: 'run' }, '/process'] }, 'exec 8<"$run/process"'],
  ['a reason', { note: 'one\ntwo' }, '# one\n# two'],
])('%s', (_what, command, printed) => {
  expect(print(command)).toBe(printed)
})

test('a written text arrives to the byte', () => {
  const lines = ['-n', '%s\\n', "it's", '$HOME `x` $(x)', 'two\nlines', '', '\\0', 'EOF']
  run(print({ write: 'file', lines }))
  expect(readFileSync(`${directory}/file`, 'utf8')).toBe(lines.map((line) => `${line}\n`).join(''))
})

test('records may hold newlines', () => {
  run(print({ write: 'records', lines: ['a\nb', ''], end: '\\0' }))
  expect(readFileSync(`${directory}/records`, 'utf8')).toBe('a\nb\0\0')
})

test('a long command is folded, and means the same', () => {
  const words = Array.from({ length: 60 }, (_, n) => `word ${n}'s`)
  const text = print({ run: ['printf', '%s\\n', ...words] })
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(112)
  expect(run(text).stdout).toBe(words.map((word) => `${word}\n`).join(''))
})

test('a choice', () => {
  const choice: Command = {
    when: ['-e', '/no such'],
    do: [{ run: ['echo', 'yes'] }],
    otherwise: [{ run: ['echo', 'no'] }],
  }
  expect(run(print(choice)).stdout).toBe('no\n')
})

test('a condition that does not hold ends with the message and the remedy', () => {
  const frame = 'die() { echo "$1: $2: $3"; exit "$1"; }\n'
  const ran = run(
    frame + print({ assert: ['-d', '/no $(such)'], message: 'it `is` not', remedy: "make it's" }),
  )
  expect(ran).toMatchObject({ status: 125, stdout: "125: it `is` not: make it's\n" })
})
