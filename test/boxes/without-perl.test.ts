import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { afterAll, describe, expect, test } from '@jest/globals'
import { atLeast } from '../../src/host/at-least.ts'
import { busyboxRoot, facts, run, running, start, until, world } from '../harness/index.ts'

const here = world()
const { perl: _, ...tools } = facts().tools
const host = { ...facts(), tools }
const filtered = atLeast(tools.setpriv, '2.41')
/** Nobody can start perl there. */
const there = [
  'unshare',
  '--mount',
  '--',
  'sh',
  '-c',
  'mount --bind /dev/null "$(command -v perl)"; exec "$@"',
  'sh',
]

/** A box and its verbs where perl is hidden; without a filter where setpriv is too old to load one. */
function boxThere(given: Readonly<Record<string, unknown>>) {
  const box = here.box({ rootfs: 'host', ...(filtered ? {} : { seccomp: 'unconfined' }), ...given }, host)
  const verb = (...args: string[]) =>
    run([...there, 'sh', box.program, ...args] as [string, ...string[]], { env: here.env })
  return { ...box, verb }
}

const out = async (given: Readonly<Record<string, unknown>>, script: string) => {
  const { verb } = boxThere({ ...given, command: ['sh', '-c', script] })
  const ran = await verb('up', '--rm')
  expect(ran).toMatchObject({ status: 0, stderr: '' })
  return ran.stdout
}

describe('a machine without perl: setpriv and capsh', () => {
  test('perl cannot be started there', async () => {
    expect((await run([...there, 'perl', '-e', '1'] as never, {})).status).not.toBe(0)
  })

  test('the program holds no perl', () => {
    expect(readFileSync(boxThere({ command: ['true'] }).program, 'utf8')).not.toMatch(/^(LAUNCHER|TARGETS)=/m)
  })

  test('the command is the process, with its environment alone, nothing open, no signal ignored, a session of its own', async () => {
    const text = await out(
      { environment: { A: "it's\ntwo", home: 'name of a variable of ours', run: '/x' } },
      'tr "\\0" "|" </proc/self/environ; ls /proc/self/fd | tr "\\n" " "; grep SigIgn /proc/self/status; ps -o pid=,sid= | head -n 1; pwd; umask',
    )
    expect(text.split('|').slice(0, -1).sort()).toEqual([
      "A=it's\ntwo",
      'HOME=/root',
      expect.stringMatching(/^HOSTNAME=/),
      expect.stringMatching(/^PATH=/),
      'home=name of a variable of ours',
      'run=/x',
    ])
    expect(text.split('|').at(-1)).toMatch(/^0 1 2 3 SigIgn:\t0{16}\n +1 +1\n\/\n0022\n$/)
  })

  test('what enter is told by its environment is nothing to up', async () => {
    const env = { ...here.env, enter_user: '5:5', enter_cwd: '/tmp', enter_env: '1', enter_env_1: 'A=b' }
    const { program } = boxThere({ command: ['sh', '-c', 'id -u; echo $A'] })
    const ran = await run([...there, 'sh', program, 'up', '--rm'] as never, { env })
    expect(ran).toEqual({ status: 0, stdout: '0\n\n', stderr: '' })
  })

  test('hostile texts arrive as they stand', async () => {
    const text =
      "$(touch /tmp/owned) `touch /tmp/owned` '; touch /tmp/owned; ' \"\\ %s\\n\\0101 $HOME\n\nEOF\n"
    const { verb } = boxThere({
      environment: { TEXT: text },
      command: ['printf', '%s|', '-n', '--', text, '', '@', '--shell=@'],
    })
    expect(await verb('up', '--rm')).toEqual({ status: 0, stdout: `-n|--|${text}||@|--shell=@|`, stderr: '' })
    expect(await out({ environment: { TEXT: text } }, 'printf %s "$TEXT"')).toBe(text)
    expect(existsSync('/tmp/owned')).toBe(false)
  })

  test('user, groups, limits, capabilities', async () => {
    const text = await out(
      {
        user: '33:5',
        group_add: ['44'],
        ulimits: { nofile: { soft: 90, hard: 100 } },
        cap_drop: ['ALL'],
        cap_add: ['CHOWN'],
      },
      'id -u; id -G; ulimit -n; ulimit -Hn; grep -E "^Cap|NoNew|Seccomp:" /proc/self/status',
    )
    expect(text).toMatch(/^33\n5 44\n90\n100\n/)
    expect(text).toMatch(/CapInh:\t0{16}\nCapPrm:\t0{16}\nCapEff:\t0{16}\nCapBnd:\t0{15}1\nCapAmb:\t0{16}\n/)
    expect(text).toMatch(/NoNewPrivs:\t1\n/)
    expect(text).toMatch(filtered ? 'Seccomp:\t2' : 'Seccomp:\t0')
  })

  test('root has its bounding set and no more', async () => {
    expect(await out({}, 'grep -E "CapEff|CapBnd" /proc/self/status | cut -f 2 | uniq | wc -l')).toBe('1\n')
  })

  test('enter is confined as the command is; enter -u and -e change that alone', async () => {
    const box = boxThere({ command: ['sleep', '100'], cap_drop: ['NET_RAW'], mem_limit: '64m' })
    await box.verb('up', '-d')
    const kernel = await box.proc()
    const status = (await box.verb('enter', 'cat', '/proc/self/status')).stdout
    for (const field of ['CapEff', 'CapBnd', 'CapInh', 'NoNewPrivs', 'Seccomp'])
      expect(status).toMatch(`${field}:\t${kernel.status[field]}\n`)
    expect(
      (
        await box.verb(
          'enter',
          'sh',
          '-c',
          'ls /proc/self/fd | wc -l; grep -c boxes /proc/self/cgroup; ps -o pid= -p 1',
        )
      ).stdout,
    ).toMatch(/^4\n0\n +1\n$/)
    expect(
      (await box.verb('enter', '-u', '33:33', '-e', "A=it's", 'sh', '-c', 'id -u; id -G; echo $A')).stdout,
    ).toBe("33\n33\nit's\n")
    expect((await box.verb('enter', 'sh', '-c', 'exit 9')).status).toBe(9)
    expect((await box.verb('enter', 'nosuch')).status).toBe(127)
    expect(await box.verb('down', '-t', '0')).toMatchObject({ status: 0 })
    expect(here.left()).toEqual([])
  })

  test('what enter has started as root ends with it', async () => {
    const box = boxThere({ command: ['sleep', '100'] })
    await box.verb('up', '-d')
    const entered = start([...there, 'sh', box.program, 'enter', 'sleep', '98765'] as never, {
      env: here.env,
    })
    const pid = await until(() => running('/usr/bin/sleep', '98765')[0], 'it runs')
    entered.kill('SIGTERM')
    await entered.done
    await until(() => !existsSync(`/proc/${pid}`), 'it has ended')
    await box.verb('down', '-t', '0')
  })

  test('enter when the monitor is gone', async () => {
    const box = boxThere({ command: ['sleep', '100'] })
    await box.verb('up', '-d')
    const monitor = Number(readFileSync(`${box.box.paths.run}/init`, 'utf8').trim().split(' ')[3])
    process.kill(monitor, 'SIGKILL')
    await until(() => !existsSync(`/proc/${monitor}`), 'the monitor is gone')
    expect(await box.verb('enter', 'sh', '-c', 'echo in; exit 4')).toEqual({
      status: 4,
      stdout: 'in\n',
      stderr: '',
    })
    await box.verb('down', '-t', '0')
  })

  test('the null device is none of the host’s', async () => {
    const box = boxThere({ command: ['sleep', '100'] })
    await box.verb('up', '-d')
    const { pid } = await box.proc()
    const own = statSync(`/proc/${pid}/fd/0`)
    expect([own.rdev, own.dev === statSync('/dev/null').dev]).toEqual([statSync('/dev/null').rdev, false])
    await box.verb('enter', 'chown', '33:33', '/proc/self/fd/0')
    expect(statSync('/dev/null').uid).toBe(0)
    await box.verb('down', '-t', '0')
  })

  test('whoever may trace is not let near what enters', async () => {
    const box = boxThere({ command: ['sleep', '100'], cap_add: ['SYS_PTRACE'] })
    expect(box.box.notes.join()).toMatch(/enter is refused.*CAP_SYS_PTRACE/)
    await box.verb('up', '-d')
    const ran = await box.verb('enter', 'true')
    expect([ran.status, ran.stderr]).toEqual([
      125,
      expect.stringMatching(/CAP_SYS_PTRACE[\s\S]*install perl/),
    ])
    await box.verb('down', '-t', '0')
  })

  test('nor who has joined with that capability', async () => {
    const box = boxThere({ command: ['sleep', '100'] })
    await box.verb('up', '-d')
    const tracer = boxThere({ command: ['sleep', '100'], cap_add: ['SYS_PTRACE'], pid: `box:${box.name}` })
    expect(await tracer.verb('up', '-d')).toMatchObject({ status: 0 })
    const ran = await box.verb('enter', 'true')
    expect([ran.status, ran.stderr]).toEqual([
      125,
      expect.stringMatching(/CAP_SYS_PTRACE[\s\S]*install perl/),
    ])
    await tracer.verb('down', '-t', '0')
    expect((await box.verb('enter', 'true')).status).toBe(0)
    await box.verb('down', '-t', '0')
  })

  test('a terminal is refused, an output to one is passed on', async () => {
    const box = boxThere({ command: ['sleep', '100'] })
    await box.verb('up', '-d')
    expect(await box.verb('enter', '-t', 'true')).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/needs perl/),
    })
    await box.verb('down', '-t', '0')
  })
})

describe('mount targets made by a shell stay inside', () => {
  const decoy = mkdtempSync('/tmp/boxes-test-decoy-')
  afterAll(() => rmSync(decoy, { recursive: true, force: true }))
  /** The image changes; the decoy outside must not. */
  const upWith = async (change: (root: string) => void, given: Readonly<Record<string, unknown>> = {}) => {
    const root = busyboxRoot()
    change(root)
    const { verb } = boxThere({
      rootfs: root,
      command: ['sh', '-c', 'cat /etc/hostname; ls -d /etc/hosts'],
      ...given,
    })
    const ran = await verb('up', '--rm')
    expect(await run(['find', decoy, '-mindepth', '1'], {})).toMatchObject({ stdout: '' })
    rmSync(root, { recursive: true, force: true })
    return ran
  }
  const replace = (path: string, target: string) => (root: string) => {
    rmSync(`${root}${path}`, { recursive: true, force: true })
    symlinkSync(target, `${root}${path}`)
  }

  test('/etc is a link to a directory of the host', async () => {
    const ran = await upWith(replace('/etc', decoy))
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringMatching(/\n\/etc\/hosts\n$/) })
  })

  test('files are links that dangle, upwards or in circles', async () => {
    expect((await upWith(replace('/etc/hosts', '/run/far/away'))).status).toBe(0)
    expect((await upWith(replace('/etc/hosts', `../../../..${decoy}/made`))).status).toBe(0)
    expect(await upWith(replace('/etc/hosts', 'hosts'))).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/too many symbolic links/),
    })
  })

  test('a link through the host’s tree, or the root of PID 1, is refused', async () => {
    for (const target of [`/dev/.old${decoy}`, `/proc/1/root${decoy}`, `/proc/self/root${decoy}`]) {
      const ran = await upWith(replace('/home', target), { tmpfs: '/home/app' })
      expect([ran.status, ran.stderr]).toEqual([
        125,
        expect.stringMatching(/leads out of the root file system/),
      ])
    }
  })

  test('/dev as a link, /proc as a link to the root', async () => {
    expect((await upWith(replace('/dev', decoy))).stderr).toMatch(
      /\/dev of this root file system is a symbolic link/,
    )
    expect((await upWith(replace('/proc', '/'))).stderr).toMatch(/\/proc is a link to the root/)
  })

  test('a command that is a link is found as the box finds it', async () => {
    const root = busyboxRoot()
    mkdirSync(`${root}/opt`)
    symlinkSync('/bin/busybox', `${root}/opt/echo`)
    symlinkSync('/nowhere/busybox', `${root}/opt/gone`)
    expect(readlinkSync(`${root}/opt/echo`)).toBe('/bin/busybox')
    const verb = (command: string[]) =>
      boxThere({ rootfs: root, command, environment: { PATH: '/opt:/bin' } }).verb('up', '--rm')
    expect(await verb(['echo', 'a'])).toMatchObject({ status: 0, stdout: 'a\n' })
    expect((await verb(['gone'])).status).toBe(127)
    rmSync(root, { recursive: true, force: true })
  })
})
