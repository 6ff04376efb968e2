import { rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, running, sleep, until, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))
const command = (...words: string[]) => here.box({ rootfs: root, command: words, stop_grace_period: '1s' })
const script = (text: string, more: Record<string, unknown> = {}) =>
  here.box({ rootfs: root, command: ['sh', '-c', text], ...more })

test.each([0, 1, 42, 125, 126, 255])('the command’s own status %i', async (status) => {
  const box = script(`exit ${status}`)
  expect(await box.up()).toEqual({ status, stdout: '', stderr: '' })
  expect((await box.status()).stdout).toBe(`exited ${status}\n`)
})

test('127: the program is not there, with a reason', async () => {
  const ran = await command('no-such-program').up()
  expect(ran).toMatchObject({ status: 127, stdout: '' })
  expect(ran.stderr).toMatch(/no-such-program: not found in PATH/)
  expect((await command('/no/such').up()).status).toBe(127)
})

test('126: the program cannot be run, with a reason', async () => {
  const ran = await command('/etc/passwd').up()
  expect(ran).toMatchObject({ status: 126, stdout: '' })
  expect(ran.stderr).toMatch(/\/etc\/passwd: Permission denied/)
  expect((await command('/etc').up()).status).toBe(126)
})

test('125, 126 and 127 leave nothing but an answer', async () => {
  const box = command('no-such-program')
  await box.up()
  expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
})

test('a command that is killed from outside: 137', async () => {
  const box = command('sleep', '1000')
  const up = box.start()
  process.kill(await box.pid(), 'SIGKILL')
  expect(await up.done).toEqual({ status: 137, stdout: '', stderr: '' })
  expect((await box.status()).stdout).toBe('exited 137\n')
})

test('a command that crashes: 139', async () => {
  const spec = { rootfs: 'host', command: ['perl', '-e', 'unpack "p", pack "Q", 1'] }
  expect((await here.box(spec).up()).status).toBe(139)
})

// PID 1 of a namespace takes no signal from inside that it has no handler for: so these are in the host's.
test.each([
  ['TERM', 143],
  ['USR1', 138],
  ['KILL', 137],
])('a command that sends itself SIG%s: %i', async (signal, status) => {
  expect((await script(`kill -${signal} $$`, { pid: 'host' }).up()).status).toBe(status)
})

test('stop: the stop signal; the command’s own status is kept', async () => {
  const box = script('trap "echo bye; exit 7" TERM; echo ready; sleep 100 & wait')
  await box.up({ detach: true })
  await until(async () => (await box.logs()).stdout === 'ready\n', 'the trap is set')
  expect((await box.stop()).status).toBe(0)
  expect(await box.status()).toMatchObject({ status: 3, stdout: 'exited 7\n' })
  expect((await box.logs()).stdout).toBe('ready\nbye\n')
})

test('stop_signal', async () => {
  const box = script('trap "exit 8" USR1; trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done', {
    stop_signal: 'SIGUSR1',
  })
  await box.up({ detach: true })
  await until(async () => (await box.logs()).stdout === 'ready\n', 'the trap is set')
  await box.stop()
  expect((await box.status()).stdout).toBe('exited 8\n')
})

test('a real-time stop signal', async () => {
  const perl = '$SIG{NUM37} = sub { exit 5 }; $| = 1; print "ready\\n"; sleep 1 while 1'
  const box = here.box({ rootfs: 'host', command: ['perl', '-e', perl], stop_signal: 'RTMIN+3' })
  await box.up({ detach: true })
  await until(async () => (await box.logs()).stdout === 'ready\n', 'the handler is set')
  await box.stop()
  expect((await box.status()).stdout).toBe('exited 5\n')
})

test('after the grace period SIGKILL: 137', async () => {
  const box = script('trap "" TERM; while :; do sleep 0.1; done', { stop_grace_period: '500ms' })
  await box.up({ detach: true })
  const began = Date.now()
  await box.stop()
  const took = Date.now() - began
  expect(took).toBeGreaterThan(400)
  expect(took).toBeLessThan(3000)
  expect((await box.status()).stdout).toBe('exited 137\n')
})

test('stop -t SECONDS is the grace period', async () => {
  const box = script('trap "" TERM; while :; do sleep 0.1; done', { stop_grace_period: '1m' })
  await box.up({ detach: true })
  const began = Date.now()
  await box.stop('-t', '1')
  expect(Date.now() - began).toBeLessThan(5000)
})

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s to an up in the foreground stops the box, with its status',
  async (signal) => {
    const box = script('trap "echo bye; exit 7" TERM; echo ready; sleep 100 & wait')
    const up = box.start()
    await until(() => up.said().stdout === 'ready\n', 'the trap is set')
    await box.started()
    up.kill(signal)
    expect(await up.done).toEqual({ status: 7, stdout: 'ready\nbye\n', stderr: '' })
    expect((await box.status()).stdout).toBe('exited 7\n')
  },
)

test('an up in the foreground that is asked to stop ends a deaf command with 137', async () => {
  const box = script('trap "" TERM; echo ready; while :; do sleep 0.1; done', { stop_grace_period: '300ms' })
  const up = box.start()
  await until(() => up.said().stdout === 'ready\n', 'it is deaf')
  await box.started()
  up.kill('SIGTERM')
  expect((await up.done).status).toBe(137)
})

test('stop of a box that has ended is no error, of none it is', async () => {
  const box = script('true')
  expect((await box.stop()).status).toBe(1)
  await box.up()
  expect(await box.stop()).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('down is happy with nothing, twice, and with a running box', async () => {
  const box = command('sleep', '1000')
  expect(await box.down()).toEqual({ status: 0, stdout: '', stderr: '' })
  await box.up({ detach: true })
  expect((await box.down('-t', '0')).status).toBe(0)
  expect(await box.status()).toMatchObject({ status: 4, stdout: 'absent\n' })
  expect((await box.down()).status).toBe(0)
})

test('the status of a running box is its process on the host', async () => {
  const box = command('sleep', '1000')
  await box.up({ detach: true })
  expect(await box.status()).toMatchObject({ status: 0, stdout: `running ${await box.pid()}\n` })
})

test('a second up of a running box is refused, and changes nothing', async () => {
  const box = command('sleep', '1000')
  await box.up({ detach: true })
  const pid = await box.pid()
  const again = await box.up({ detach: true })
  expect(again.status).toBe(125)
  expect(again.stderr).toMatch(/already|running/)
  expect(await box.pid()).toBe(pid)
  expect((await box.enter(['true'])).status).toBe(0)
})

test('of many ups of one name at once exactly one wins', async () => {
  const box = command('sleep', '1000')
  const ran = await Promise.all([1, 2, 3, 4, 5, 6].map(() => box.call(['up', '-d'])))
  expect(ran.map(({ status }) => status).sort()).toEqual([0, 125, 125, 125, 125, 125])
  expect((await box.enter(['true'])).status).toBe(0)
})

test('a stopped box is started anew by up', async () => {
  const box = script('exit 3')
  expect((await box.up()).status).toBe(3)
  expect((await box.up()).status).toBe(3)
})

test('children of the command that outlive it do not outlive the box', async () => {
  expect((await script('setsid sleep 7654 & exit 0').up()).status).toBe(0)
  expect(running('sleep', '7654')).toEqual([])
})

test('an output that nobody reads any more does not keep the box', async () => {
  const box = script('yes | head -c 1000000; exit 6')
  const up = box.start()
  up.child.stdout?.destroy()
  await sleep(200)
  expect((await up.done).status).toBe(6)
})
