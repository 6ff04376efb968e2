import { rmSync, statSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, start, until, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))
const script = (text: string) => here.box({ rootfs: root, command: ['sh', '-c', text] })
const ended = (box: ReturnType<typeof script>) =>
  until(async () => (await box.status()).status === 3, 'it has ended')

test('a detached box’s output and errors are kept, in order', async () => {
  const box = script('echo one; echo two >&2; echo three')
  await box.up({ detach: true })
  await ended(box)
  expect(await box.logs()).toEqual({ status: 0, stdout: 'one\ntwo\nthree\n', stderr: '' })
})

test('output is there at once, not when there is more', async () => {
  const box = script('printf "no newline"; sleep 1000')
  await box.up({ detach: true })
  await until(async () => (await box.logs()).stdout === 'no newline', 'it is there', 2000)
})

test('-n N', async () => {
  const box = script('seq 100')
  await box.up({ detach: true })
  await ended(box)
  expect((await box.logs('-n', '2')).stdout).toBe('99\n100\n')
  expect((await box.logs('-n', '0')).stdout).toBe('')
  expect((await box.logs('-n', 'x')).status).toBe(125)
})

test('-f follows until the box ends', async () => {
  const box = script('mkfifo /gate; echo one; read x </gate; echo two; sleep 1000')
  await box.up({ detach: true })
  await until(async () => (await box.logs()).stdout === 'one\n', 'it has begun')
  const follow = start(['sh', box.program, 'logs', '-f'], { env: here.env })
  await until(() => follow.said().stdout === 'one\n', 'the first line')
  await box.enter(['sh', '-c', 'echo >/gate'])
  await until(() => follow.said().stdout === 'one\ntwo\n', 'the second line')
  await box.stop('-t', '0')
  expect(await follow.done).toEqual({ status: 0, stdout: 'one\ntwo\n', stderr: '' })
}, 30_000)

test('-f of a box that speaks', async () => {
  const box = script('for n in 1 2 3 4 5; do echo $n; sleep 0.2; done')
  await box.up({ detach: true })
  const ran = await box.logs('-f')
  expect(ran.stdout).toBe('1\n2\n3\n4\n5\n')
})

test('30 MiB of output leave two files of at most 10 MiB, the newest part', async () => {
  const box = script('yes 0123456789abcde | head -c 31457280; echo end')
  await box.up({ detach: true })
  await ended(box)
  const sizes = ['log', 'log.1'].map((name) => statSync(`${box.box.paths.data}/${name}`).size)
  for (const size of sizes) expect(size).toBeLessThanOrEqual(10 << 20)
  expect(Math.max(...sizes)).toBe(10 << 20)
  expect((await box.logs('-n', '1')).stdout).toBe('end\n')
  expect((await box.logs('-n', '2')).stdout).toBe('0123456789abcde\nend\n')
})

test('the log is readable by its owner only', async () => {
  const box = script('echo secret')
  await box.up({ detach: true })
  await ended(box)
  expect(statSync(`${box.box.paths.data}/log`).mode & 0o77).toBe(0)
})

test('a foreground box keeps none, and says so', async () => {
  const box = script('echo x')
  await box.up()
  expect(await box.logs()).toMatchObject({ status: 1, stdout: '' })
})

test('logs of no box', async () => {
  expect(await script('true').logs()).toMatchObject({ status: 1, stdout: '' })
})
