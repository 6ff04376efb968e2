import { existsSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, describe, expect, test } from '@jest/globals'
import { busyboxRoot, run, running, sleep, type TestBox, terminal, until, world } from '../harness/index.ts'
import { without } from '../security/attack.ts'

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

const cli = new URL('../../bin/boxes', import.meta.url).pathname
const left = (box: TestBox) =>
  here.left().filter((line) => line.includes(`${box.name}`) && !/\.(sh|yaml)$/.test(line))

/** Asks an interactive shell for 42, then leaves it with 7. */
async function talk(line: string) {
  const at = terminal(line, here.env)
  at.type('echo $((6*7))\n')
  await at.shows(/^42\r$/m).finally(() => at.type('exit 7\n'))
  return (await at.done).status
}

test('enter -t shows what is said when it is said', async () => {
  const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
  await box.up({ detach: true })
  for (let n = 0; n < 5; n++) expect(await talk(`sh ${box.program} enter -t sh`)).toBe(7)
  // With another child that dies script(1) of util-linux 2.38 turns in circles, until its own ends.
  without(box, '    exec script -qefc', '    sleep 0.1 &\n    exec script -qefc')
  expect(await talk(`sh ${box.program} enter -t sh`).catch(() => 'stuck')).not.toBe(7)
}, 60_000)

// The terminal's settings before and after, and the exit status in between.
const framed = (line: string) => `trap : INT; stty -g; ${line}; echo "status $?"; stty -g`
const settled = /^([0-9a-f:]{20,})\r\n([\s\S]*)status (\d+)\r\n([0-9a-f:]{20,})\r\n$/m

/** Types Ctrl-C when the box is ready; the exit status, what was shown between, and whether the settings are as before. */
async function interrupted(line: string, box: TestBox) {
  const at = terminal(framed(line), here.env)
  await at.shows('ready')
  // Until it has started it is rolled back instead.
  await until(() => existsSync(`${box.box.paths.run}/started`), 'it is up')
  await sleep(100)
  at.type('\x03')
  const { stdout } = await at.done
  const [, before, shown, status, after] = settled.exec(stdout) ?? []
  return { status: Number(status), shown, restored: before !== undefined && before === after, stdout }
}
const obeys =
  'trap "echo stopped; exit 9" TERM; trap "echo interrupted; exit 3" INT; echo ready; while :; do sleep 0.1; done'

describe('Ctrl-C at a terminal', () => {
  for (const [how, line] of [
    ['the program', (box: TestBox) => `sh ${box.program} up`],
    ['bin/boxes', (box: TestBox) => `${cli} up ${box.spec} 2>/dev/null`],
  ] as const) {
    test(`${how}: up in the foreground passes the stop signal on, and ends with the box’s status`, async () => {
      const box = here.box({ rootfs: root, command: ['sh', '-c', obeys] })
      expect(await interrupted(line(box), box)).toMatchObject({
        status: 9,
        shown: expect.stringMatching(/stopped/),
        restored: true,
      })
      expect((await box.status()).stdout).toBe('exited 9\n')
      expect((await box.down('-t', '0')).status).toBe(0)
      await until(() => left(box).length === 0, 'nothing is left')
    })
    test(`${how}: with tty it goes to what runs in the box’s foreground`, async () => {
      const box = here.box({ rootfs: root, tty: true, command: ['sh', '-c', obeys] })
      expect(await interrupted(line(box), box)).toMatchObject({
        status: 3,
        shown: expect.stringMatching(/interrupted/),
        restored: true,
      })
      expect((await box.down('-t', '0')).status).toBe(0)
      await until(() => left(box).length === 0, 'nothing is left')
    })
  }
  test('up --rm leaves nothing', async () => {
    const box = here.box({ rootfs: root, command: ['sh', '-c', obeys] })
    expect(await interrupted(`${cli} up --rm ${box.spec} 2>/dev/null`, box)).toMatchObject({
      status: 9,
      restored: true,
    })
    await until(() => left(box).length === 0, 'nothing is left')
  })
  test('enter -t: it ends what was entered, the box goes on', async () => {
    const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
    await box.up({ detach: true })
    expect(await interrupted(`sh ${box.program} enter -t sh -c '${obeys}'`, box)).toMatchObject({
      status: 3,
      restored: true,
    })
    expect((await box.status()).stdout).toMatch(/^running/)
    // Who waits outside for the command has not that terminal; if it had, it would end, and the command with it.
    without(box, 'session() if $up;', 'session();')
    without(box, /^ {2}session\(\);$/)
    expect((await interrupted(`sh ${box.program} enter -t sh -c '${obeys}'`, box)).status).toBe(130)
  })
  test('without its trap up is dead and the box goes on', async () => {
    const box = here.box({ rootfs: root, command: ['sh', '-c', obeys] })
    without(box, /trap '.* halt' HUP INT TERM/, 'trap - HUP INT TERM')
    expect((await interrupted(`sh ${box.program} up`, box)).status).not.toBe(9)
    expect((await box.status()).stdout).toMatch(/^running/)
    expect((await box.down('-t', '0')).status).toBe(0)
  })
})

test('a shell that enter -t starts can tidy up its terminal: its session is in the pid namespace', async () => {
  const box = here.box({ rootfs: 'host', command: ['sleep', '1000'] })
  await box.up({ detach: true })
  const enter = () =>
    run(['script', '-qec', `sh ${box.program} enter -t sh; echo "rc $?"`, '/dev/null'], { stdin: 'exit 3\n' })
  expect((await enter()).stdout).toMatch(/exit 3\r\n(# )?rc 3\r\n$/)
})

test('a second signal to up does not wait for the grace period', async () => {
  const box = here.box({
    rootfs: 'host',
    stop_grace_period: '20s',
    command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'],
  })
  const up = box.start()
  await box.started()
  const began = Date.now()
  up.kill('SIGTERM')
  await sleep(300)
  up.kill('SIGTERM')
  expect((await up.done).status).toBe(137)
  expect(Date.now() - began).toBeLessThan(5_000)
})

test('specs/tty.yaml is a shell to work in', async () => {
  const spec = readFileSync(new URL('../../specs/tty.yaml', import.meta.url), 'utf8')
  const box = here.box(spec.replace(/^name:.*$/m, `name: ${here.prefix}tty`))
  const at = terminal(framed(`${cli} up --rm ${box.spec} 2>/dev/null`), here.env)
  at.type('echo "$(hostname) $PWD $(tty) $((6*7))"\n')
  await at.shows(/desk \/root \/dev\/(console|pts\/\d+) 42\r/)
  // Job control works: Ctrl-C ends what the shell runs, not the shell.
  at.type('sleep 1234.5; echo "slept $?"\n')
  await until(() => running('sleep', '1234.5').length > 0, 'it sleeps')
  at.type('\x03echo "after $?"\n')
  await at.shows(/^after 130\r/m)
  at.type('exit 4\n')
  const { stdout } = await at.done
  const [, before, , status, after] = settled.exec(stdout) ?? []
  expect([status, after]).toEqual(['4', before])
  await until(() => left(box).length === 0, 'nothing is left')
})
