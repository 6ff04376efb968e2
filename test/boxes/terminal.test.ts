import { rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, run, type TestBox, until, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))

/** Runs a program's verb with a terminal of ours, as a person would. */
async function typed(box: TestBox, args: string, stdin = '') {
  const argv = ['script', '-qefc', `sh ${box.program} ${args}`, '/dev/null'] as [string, ...string[]]
  const ran = await run(argv, { env: here.env, stdin })
  // The end of what is typed is a character to script, and the terminal shows it.
  return { ...ran, stdout: ran.stdout.replaceAll('^@', '') }
}

test('without tty the command has no terminal, even when the caller has one', async () => {
  const box = here.box({
    rootfs: root,
    command: ['sh', '-c', 'tty; echo x >/dev/tty; test -t 1 || echo no terminal'],
  })
  const ran = await typed(box, 'up')
  expect(ran.stdout).toContain('not a tty')
  expect(ran.stdout).toContain('no terminal')
})

test('tty: true gives the command a terminal of its own', async () => {
  const box = here.box({
    rootfs: root,
    tty: true,
    command: ['sh', '-c', 'tty; test -t 0 && test -t 1 && test -t 2 && echo all; echo $TERM; exit 5'],
  })
  const ran = await typed(box, 'up')
  expect(ran.stdout).toMatch(/^(\/dev\/(console|pts\/\d+)|not a tty)\r\nall\r\nxterm\r\n$/)
  expect(ran.status).toBe(5)
})

test('the terminal is the controlling one of the box’s session', async () => {
  const box = here.box({
    rootfs: root,
    tty: true,
    command: ['sh', '-c', 'echo through >/dev/tty; cut -d" " -f7 /proc/self/stat'],
  })
  const ran = await typed(box, 'up')
  const [first, number] = ran.stdout.split('\r\n')
  expect(first).toBe('through')
  expect(Number(number)).toBeGreaterThan(0)
})

test('what is typed reaches the command', async () => {
  const box = here.box({ rootfs: root, tty: true, command: ['sh', '-c', 'read line; echo "got $line"'] })
  expect((await typed(box, 'up', 'hello\n')).stdout).toContain('got hello')
})

test('a detached box with a terminal', async () => {
  const box = here.box({
    rootfs: root,
    tty: true,
    command: ['sh', '-c', 'test -t 1 && echo terminal; sleep 1000'],
  })
  expect((await box.up({ detach: true })).status).toBe(0)
  await until(async () => (await box.logs()).stdout.includes('terminal'), 'it has said so')
  expect((await box.stop('-t', '0')).status).toBe(0)
  expect((await box.status()).stdout).toBe('exited 137\n')
})

test('enter -t has a terminal, enter without has none', async () => {
  const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
  await box.up({ detach: true })
  const with_ = await typed(box, "enter -t sh -c 'test -t 0 && test -t 1 && echo terminal; exit 6'")
  expect(with_).toMatchObject({ status: 6, stdout: 'terminal\r\n' })
  const without = await box.enter(['sh', '-c', 'test -t 0 || test -t 1 || echo none'])
  expect(without.stdout).toBe('none\n')
  const refused = await typed(
    box,
    "enter -T sh -c 'test -t 0 || test -t 1 || test -t 2 || echo none; exit 7'",
  )
  expect(refused).toMatchObject({ status: 7, stdout: 'none\r\n' })
})

test('enter from a terminal takes one without being told', async () => {
  const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
  await box.up({ detach: true })
  expect((await typed(box, "enter sh -c 'test -t 0 && echo terminal; echo $TERM'")).stdout).toMatch(
    /^terminal\r\n/,
  )
})

test('enter -t passes words untouched', async () => {
  const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
  await box.up({ detach: true })
  const ran = await box.enter(['-t', 'printf', '[%s]', "it's", '$HOME', '`x`', 'a  b', ''])
  expect(ran.stdout).toBe("[it's][$HOME][`x`][a  b][]")
})
