import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { afterAll, describe, expect, test } from '@jest/globals'
import { busyboxRoot, run, start, type TestBox, until, world } from '../harness/index.ts'
import { without } from '../security/attack.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))
const script = (text: string) => here.box({ rootfs: root, command: ['sh', '-c', text] })
const ended = (box: ReturnType<typeof script>) =>
  until(async () => (await box.status()).status === 3, 'it has ended', 60_000)

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

describe('a flood', () => {
  const most = 50 << 10
  const read = (path: string) => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return ''
    }
  }
  const processes = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const cwd = (pid: string) => {
    try {
      return readlinkSync(`/proc/${pid}/cwd`)
    } catch {
      return ''
    }
  }
  /** KiB of memory that the largest of `pids` ever had, while `work` goes on. */
  async function peak(pids: () => string[], work: Promise<unknown>) {
    let highest = 0
    const timer = setInterval(() => {
      for (const pid of pids())
        highest = Math.max(highest, Number(/^VmHWM:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1] ?? 0))
    }, 10)
    await work.finally(() => clearInterval(timer))
    return highest
  }
  const keepers = (box: TestBox) => () => processes().filter((pid) => cwd(pid) === box.box.paths.data)
  /** Those that `pid` has started, and theirs. */
  function offspring(pid: number | undefined) {
    const parents = processes().map(
      (one) => [one, /\) . (\d+)/.exec(read(`/proc/${one}/stat`))?.[1]] as const,
    )
    const below = (parent: string): string[] =>
      parents.filter(([, of]) => of === parent).flatMap(([one]) => [one, ...below(one)])
    return below(`${pid}`)
  }
  /** A line of shell: what it says, and the memory of the largest of its parts. */
  async function measured(line: string) {
    const started = start(['sh', '-c', line], { env: here.env })
    const kib = await peak(() => offspring(started.child.pid), started.done)
    return { ...(await started.done), kib }
  }
  const sizes = (box: TestBox) =>
    ['log', 'log.1'].map((name) => statSync(`${box.box.paths.data}/${name}`).size)

  test('of 1 GiB without a newline: 20 MiB of disk, little memory, the last bytes are there', async () => {
    const box = script('head -c 1073741824 /dev/zero; printf end')
    await box.up({ detach: true })
    expect(await peak(keepers(box), ended(box))).toBeLessThan(most)
    await until(() => keepers(box)().length === 0, 'all is kept')
    expect(Math.max(...sizes(box))).toBe(10 << 20)
    for (const args of ['', '-n 1']) {
      const ran = await measured(`sh ${box.program} logs ${args} | { sleep 0.3; tail -c 5; } | od -An -c`)
      expect(ran).toMatchObject({ status: 0, stdout: expect.stringMatching(/^ +\\0 +\\0 +e +n +d\n$/) })
      expect(ran.kib).toBeGreaterThan(500)
      expect(ran.kib).toBeLessThan(most)
    }
  })
  test('is seen where it is not bounded', async () => {
    const large = script('head -c 104857600 /dev/zero')
    without(large, 'stdbuf -o0 head -c "$log_bytes"', 'cat')
    await large.up({ detach: true })
    await ended(large)
    await until(() => keepers(large)().length === 0, 'all is kept')
    expect(Math.max(...sizes(large))).toBeGreaterThan(10 << 20)
    const greedy = script('head -c 104857600 /dev/zero; sleep 0.2')
    without(greedy, 'stdbuf -o0 head -c "$log_bytes"', "perl -0777 -ne 'print; sleep 1'")
    await greedy.up({ detach: true })
    const over = until(
      async () => (await greedy.status()).status === 3 && keepers(greedy)().length === 0,
      'all is kept',
    )
    expect(await peak(keepers(greedy), over)).toBeGreaterThan(most)
  })
  test('of 10^6 lines: all of them, in order', async () => {
    const box = script('seq 1000000')
    await box.up({ detach: true })
    expect(await peak(keepers(box), ended(box))).toBeLessThan(most)
    await until(() => keepers(box)().length === 0, 'all is kept')
    const ran = await run(['sh', '-c', `seq 1000000 | cksum; sh ${box.program} logs | cksum`], {
      env: here.env,
    })
    const [wanted, kept] = ran.stdout.split('\n')
    expect(kept).toBe(wanted)
    expect((await box.logs('-n', '1')).stdout).toBe('1000000\n')
  })
  test.each([1_000_001, 26_000_003])('of %d random bytes: byte for byte the last of them', async (count) => {
    const file = `${here.directory}/random`
    await run(['sh', '-c', `head -c ${count} /dev/urandom >${file}`])
    const box = here.box({ rootfs: root, volumes: [`${file}:/random:ro`], command: ['cat', '/random'] })
    await box.up({ detach: true })
    await ended(box)
    await until(() => keepers(box)().length === 0, 'all is kept')
    const kept = Number((await run(['sh', '-c', `sh ${box.program} logs | wc -c`], { env: here.env })).stdout)
    expect(kept).toBeGreaterThanOrEqual(Math.min(count, 10 << 20))
    const same = `tail -c ${kept} ${file} >${file}.end; sh ${box.program} logs | cmp - ${file}.end`
    expect(await run(['sh', '-c', same], { env: here.env })).toEqual({ status: 0, stdout: '', stderr: '' })
    if (count > 20 << 20) return
    // One byte that is kept back is seen.
    without(box, 'exec cat -- "$@"', 'exec tail -qc +2 -- "$@"')
    expect((await run(['sh', '-c', same], { env: here.env })).status).toBe(1)
  })
  test('through enter and up in the foreground: it streams', async () => {
    const box = script('sleep 1000')
    await box.up({ detach: true })
    const entered = `sh ${box.program} enter head -c 1073741824 /dev/zero`
    expect((await measured(`sh ${box.program} enter yes | head -n 2`)).stdout).toBe('y\ny\n')
    const ran = await measured(`${entered} | wc -c`)
    expect(ran).toMatchObject({ stdout: '1073741824\n', stderr: '' })
    expect(ran.kib).toBeLessThan(most)
    // A part that collects it all would be seen.
    expect(
      (await measured(`${entered} | head -c 104857600 | perl -0777 -ne print | wc -c`)).kib,
    ).toBeGreaterThan(most)
    const front = script('head -c 1073741824 /dev/zero')
    const up = await measured(`sh ${front.program} up | wc -c`)
    expect(up).toMatchObject({ stdout: '1073741824\n', stderr: '' })
    expect(up.kib).toBeLessThan(most)
    // Node by itself has some 50 MiB.
    const { spec } = script('head -c 1073741824 /dev/zero')
    const boxes = new URL('../../bin/boxes', import.meta.url).pathname
    const cli = await measured(`${boxes} up ${spec} 2>/dev/null | wc -c`)
    expect(cli.stdout).toBe('1073741824\n')
    expect(cli.kib).toBeLessThan(3 * most)
  }, 60_000)
})
