import { existsSync, rmSync, statSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import {
  busyboxFacts,
  busyboxMachine,
  facts,
  type Machine,
  machine,
  run,
  sleep,
  start,
  until,
  world,
} from '../harness/index.ts'
import { without } from '../security/attack.ts'

const here = world()
const host = busyboxFacts(facts())
const root = busyboxMachine()
let small: Machine

beforeAll(async () => {
  small = await machine(root, here.directory)
})

afterAll(async () => {
  await small.end()
  rmSync(root, { recursive: true, force: true })
})

/** A box that keeps all, as it must here, and its verbs on that machine. */
function boxThere(fields: Readonly<Record<string, unknown>>) {
  const box = here.box({ rootfs: 'host', cap_add: ['ALL'], seccomp: 'unconfined', ...fields }, host)
  const verb = (...args: string[]) =>
    run([...small.there, 'sh', box.program, ...args] as [string, ...string[]], { env: here.env })
  return { ...box, verb }
}

/** Lines of the box, by their first word. */
function fields(text: string): Record<string, string> {
  return Object.fromEntries(text.split('\n').map((line) => line.split(/[\s:]+/, 2)))
}

describe('a machine whose every tool is an applet of busybox', () => {
  test('has no util-linux, no perl, no other shell', async () => {
    const ran = await run(
      [...small.there, 'sh', '-c', 'ls -l /bin/mount; command -v perl bash capsh; ls /'] as never,
      {
        env: here.env,
      },
    )
    expect(ran.stdout).toMatch(/mount -> busybox\n/)
    expect(ran.stdout).not.toMatch(/perl|bash|capsh|usr/)
  })

  test('runs a box: its command, its environment alone, its status', async () => {
    const { verb } = boxThere({
      command: [
        'sh',
        '-c',
        'echo "$$ $A"; env | grep -o "^[A-Z]*=" | sort | tr -d "\\n"; ls /proc/self/fd | wc -l; exit 7',
      ],
      environment: { A: "it's\ntwo" },
    })
    const ran = await verb('up', '--rm')
    expect(ran).toEqual({ status: 7, stdout: "1 it's\ntwo\nA=HOME=HOSTNAME=PATH=PWD=SHLVL=4\n", stderr: '' })
    expect(here.left()).toEqual([])
  })

  test('the root is its own, the host is gone, what is masked is masked', async () => {
    const { verb } = boxThere({
      command: [
        'sh',
        '-c',
        `ls -A /dev/.old 2>/dev/null; cat /proc/timer_list | wc -c; hostname; ps -o pid | wc -l
         grep -c . /proc/self/mountinfo; grep " ${here.directory}" /proc/self/mountinfo | grep -v " /etc/" | grep -v " - overlay"
         ls /sys/class/net; touch /proc/sys/kernel/x /t/file; ls /t; cat /proc/self/oom_score_adj; umask; ulimit -Sn; ulimit -Hn; ulimit -c`,
      ],
      hostname: 'little',
      tmpfs: '/t',
      umask: '0027',
      ulimits: { nofile: { soft: 90, hard: 100 }, core: 512 },
      oom_score_adj: 17,
    })
    const ran = await verb('up', '--rm')
    expect(ran.stdout).toMatch(/^0\nlittle\n\d+\n\d+\nlo\nfile\n17\n0027\n90\n100\n1\n$/)
    expect(ran.stderr).toMatch(/^touch: .*\n$/)
    expect(ran.status).toBe(0)
  })

  test('up -d, status, logs, enter, stop, down; then nothing is left', async () => {
    const box = boxThere({
      command: ['sh', '-c', 'echo out; echo err >&2; trap "exit 9" TERM; while :; do sleep 0.1; done'],
      mem_limit: '64m',
      stop_grace_period: '5s',
    })
    expect(await box.verb('up', '-d')).toEqual({ status: 0, stdout: `${box.name}\n`, stderr: '' })
    const pid = await box.pid()
    expect((await box.verb('status')).stdout).toBe(`running ${pid}\n`)
    await until(async () => (await box.verb('logs')).stdout === 'out\nerr\n', 'the log has all')
    const entered = await box.verb(
      'enter',
      'sh',
      '-c',
      'cat /proc/self/status; echo root: "$(ls -di /)"; exit 3',
    )
    expect(entered).toMatchObject({ status: 3, stderr: '' })
    expect(fields(entered.stdout)).toMatchObject({
      CapInh: '0000000000000000',
      CapAmb: '0000000000000000',
      NoNewPrivs: '1',
      SigIgn: expect.not.stringMatching(/4...$/),
    })
    expect((await box.proc()).cgroup('memory') ?? '').toMatch(`/boxes/${box.name}`)
    expect(await box.verb('stop')).toMatchObject({ status: 0 })
    expect(await box.verb('status')).toMatchObject({ stdout: 'exited 9\n', status: 3 })
    expect(await box.verb('down')).toMatchObject({ status: 0, stderr: '' })
    expect(here.left()).toEqual([])
  })

  test('logs -f ends with the box', async () => {
    const box = boxThere({ command: ['sh', '-c', 'for n in 1 2 3; do echo $n; sleep 0.5; done'] })
    await box.verb('up', '-d')
    expect((await box.verb('logs', '-f')).stdout).toBe('1\n2\n3\n')
    await box.verb('down', '-t', '0')
  })

  test('the log has an end, and the box goes on', async () => {
    const wanted = 12 * 1024 * 1024
    const box = boxThere({ command: ['sh', '-c', `yes | head -c ${wanted}; echo; echo last; sleep 100`] })
    await box.verb('up', '-d')
    const size = (name: string) =>
      statSync(`${box.box.paths.data}/${name}`, { throwIfNoEntry: false })?.size ?? 0
    await until(async () => (await box.verb('logs', '-n', '1')).stdout === 'last\n', 'all is written')
    expect(size('log.1')).toBe(10 * 1024 * 1024)
    // What was on its way when the first was full is lost.
    expect(wanted - size('log') - size('log.1')).toBeLessThan(128 * 1024)
    await box.verb('down', '-t', '0')
  })

  test('what is not there, or cannot be executed, is told before it is begun, and nothing is left', async () => {
    for (const [command, status] of [
      ['nosuch', 127],
      ['/bin/nosuch', 127],
      ['/etc/passwd', 126],
      ['/etc', 126],
    ] as const) {
      const { verb } = boxThere({ command: [command] })
      const ran = await verb('up')
      expect(ran).toMatchObject({ status, stdout: '' })
      expect(ran.stderr).toContain(command)
    }
    expect(here.left()).toEqual([])
  })

  test('what fails on the way is told, and undone', async () => {
    for (const fields of [
      { volumes: [{ type: 'bind', source: '/nosuch', target: '/v', bind: { create_host_path: false } }] },
      { maskedPaths: ['/nosuch'] },
    ]) {
      const { verb } = boxThere({ command: ['true'], ...fields })
      const ran = await verb('up', '-d')
      expect(ran.status).toBe(125)
      expect(ran.stderr).toContain('/nosuch')
    }
    expect(here.left()).toEqual([])
  })

  test('kill -9 of up at any moment: down takes all away', async () => {
    for (let delay = 4; delay < 120; delay += 12) {
      const box = boxThere({ command: ['sleep', '100'], volumes: ['/bin:/v'], tmpfs: '/t' })
      const up = start([...small.there, 'sh', box.program, 'up'] as never, { env: here.env })
      await sleep(delay)
      up.kill('SIGKILL')
      expect(await box.verb('down', '-t', '0')).toMatchObject({ status: 0, stderr: '' })
      await up.done
      const ours = () => here.left().filter((line) => !/^. links|netns/.test(line))
      await until(() => ours().length === 0, `nothing is left after ${delay} ms`)
    }
  })

  test('privileged: the devices of the machine, but its own /dev', async () => {
    const { verb } = boxThere({
      command: ['sh', '-c', 'stat -c "%t:%T" /dev/null /dev/full; find /dev -type c | wc -l; ls /dev/pts'],
      privileged: true,
      cap_add: [],
    })
    const [first, second, count, ...rest] = (await verb('up', '--rm')).stdout.trim().split('\n')
    expect([first, second, rest]).toEqual(['1:3', '1:7', ['ptmx']])
    expect(Number(count)).toBeGreaterThan(6)
  })

  test('namespaces of another box are joined', async () => {
    const first = boxThere({ command: ['sleep', '100'] })
    await first.verb('up', '-d')
    const join = `box:${first.name}`
    const { verb } = boxThere({
      command: ['sh', '-c', 'ps -o args; for kind in pid net uts; do readlink /proc/self/ns/$kind; done'],
      pid: join,
      network_mode: join,
    })
    const kernel = await first.proc()
    const ran = await verb('up', '--rm')
    expect(ran).toMatchObject({ status: 0, stderr: '' })
    expect(ran.stdout).toMatch(/^sleep 100$|\/sleep 100$/m)
    const [pid, net, uts] = ran.stdout.trim().split('\n').slice(-3)
    expect([pid, net]).toEqual([kernel.namespace('pid'), kernel.namespace('net')])
    expect(uts).not.toBe(kernel.namespace('uts'))
    await first.verb('down', '-t', '0')
  })

  test('enter refuses what busybox cannot do', async () => {
    const box = boxThere({ command: ['sleep', '100'] })
    await box.verb('up', '-d')
    for (const [option, value, why] of [
      ['-u', '5:5', 'changes no user'],
      ['-u', 'root', 'UID:GID'],
      ['-w', '/tmp', 'in / only'],
      ['-e', 'LD_PRELOAD=/x', 'LD_PRELOAD'],
    ] as const) {
      const ran = await box.verb('enter', option, value, 'true')
      expect(ran.status).toBe(125)
      expect(ran.stderr).toContain(why)
    }
    expect((await box.verb('enter', '-e', "A=it's", 'sh', '-c', 'echo $A')).stdout).toBe("it's\n")
    await box.verb('down', '-t', '0')
  })

  test('what enters runs the machine’s busybox from a read-only view: the box cannot change it (CVE-2019-5736)', async () => {
    const file = `${root}/bin/busybox`
    // The copy in the box is the box's to spoil: as a script it has the kernel run, in the box, what came in. That file is always
    // busy on such a machine, so none can write to it; but its mode could be changed.
    const hunt = `printf '#!/proc/self/exe\\n' >/dev/.host/script
      chmod 755 /dev/.host/script
      mv /dev/.host/script /dev/.host/busybox
      while :; do for p in /proc/[0-9]*; do [ $p = /proc/1 ] || chmod 4755 $p/exe; done 2>/dev/null; done`
    const mode = async (weaken: boolean) => {
      const box = boxThere({ command: ['sh', '-c', hunt] })
      if (weaken) without(box, /chroot[\s\\]+"\$enter_view"/, 'chroot /')
      await box.verb('up', '-d')
      for (let round = 0; round < 50 && (statSync(file).mode & 0o4000) === 0; round++)
        await box.verb('enter', 'true')
      await box.verb('down', '-t', '0')
      return statSync(file).mode & 0o7777
    }
    expect((await mode(false)).toString(8)).toBe('755')
    expect((await mode(true)).toString(8)).toBe('4755')
  })

  test('volumes are bound, read-only ones are read-only; links of the image lead nowhere', async () => {
    const directory = here.file('shared', '')
    const { verb } = boxThere({
      command: [
        'sh',
        '-c',
        'echo x >/v; echo y 2>/dev/null >/r || echo refused; grep -E " /[vr] " /proc/self/mountinfo | wc -l',
      ],
      volumes: [`${directory}:/v`, `${directory}:/r:ro`],
    })
    expect((await verb('up', '--rm')).stdout).toBe('refused\n2\n')
    rmSync(directory)
  })

  test('two at once: one waits for the lock, and a lock that was left is nobody’s', async () => {
    const boxes = [1, 2, 3].map(() => boxThere({ command: ['true'] }))
    const ran = await Promise.all(boxes.map(({ verb }) => verb('up', '--rm')))
    expect(ran.map(({ status, stderr }) => [status, stderr])).toEqual(ran.map(() => [0, '']))
    expect(existsSync(`${here.run}/.lock`)).toBe(false)
    await run(['ln', '-s', '4194303 1 never', `${here.run}/.lock`], {})
    const [first] = boxes
    expect((await first?.verb('up', '--rm'))?.status).toBe(0)
    expect(existsSync(`${here.run}/.lock`)).toBe(false)
  })

  test('a lock that nobody can take is an error, not a wait for ever', async () => {
    const box = boxThere({ command: ['true'] })
    without(box, '"$misses" -lt 500', '"$misses" -lt 20')
    // Who took it away from a dead owner was killed between.
    await run(['ln', '-s', '4194303 1 never', `${here.run}/.lock`], {})
    await run(['mkdir', `${here.run}/.lock.4194303`], {})
    expect(await box.verb('up')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(
        /lock of all boxes cannot be taken: .*File exists\n {2}help: .*\.lock\*\n$/,
      ),
    })
    await run(['sh', '-c', `rm -r ${here.run}/.lock*`], {})
    expect(await box.verb('up', '--rm')).toMatchObject({ status: 0, stderr: '' })
    expect(here.left()).toEqual([])
  })

  test('up -d returns, though the command has gone on to a further mount namespace before up looks', async () => {
    const box = boxThere({ command: ['unshare', '-m', 'sleep', '1000'] })
    without(box, 'settle() {', 'settle() {\n  sleep 1')
    expect(await box.verb('up', '-d')).toEqual({ status: 0, stdout: `${box.name}\n`, stderr: '' })
    expect(await box.verb('down', '-t', '0')).toMatchObject({ status: 0, stderr: '' })
    expect(here.left()).toEqual([])
  })
})
