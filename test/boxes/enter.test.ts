import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { busyboxRoot, facts, proc, running, type TestBox, until, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))
const v2 = facts().cgroup.version === 'v2'
let box: TestBox

beforeAll(async () => {
  box = here.box({
    rootfs: root,
    command: ['sleep', '1000'],
    environment: { V: 'of\nthe box' },
    working_dir: '/work here',
    user: 'app',
    group_add: ['video'],
    umask: '0077',
    ulimits: { nofile: 123 },
    cap_add: ['SYS_TIME'],
    pids_limit: 50,
  })
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
})

const hostile = {
  env: { ...here.env, V: 'of the caller', SECRET: 'x', LD_PRELOAD: '', PERL5OPT: '-Mnothing' },
}

test('the environment is the box’s, not the caller’s', async () => {
  const ran = await box.enter(['cat', '/proc/self/environ'], hostile)
  expect(ran.stderr).toBe('')
  const { environment } = await box.proc()
  expect(ran.stdout.split('\0').slice(0, -1).sort()).toEqual([...environment].sort())
})

test('user, groups, working directory and umask are the box’s', async () => {
  const ran = await box.enter(['sh', '-c', 'id; pwd; umask; ulimit -n'])
  expect(ran.stdout).toBe('uid=1001(app) gid=1001(app) groups=44(video),1001(app)\n/work here\n0077\n123\n')
})

test('capabilities, filter and no_new_privs are the box’s', async () => {
  const ran = await box.enter(['cat', '/proc/self/status'])
  const { status } = await box.proc()
  for (const field of [
    'CapInh',
    'CapPrm',
    'CapEff',
    'CapBnd',
    'CapAmb',
    'NoNewPrivs',
    'Seccomp',
    'Seccomp_filters',
  ])
    expect(ran.stdout).toContain(`${field}:\t${status[field]}\n`)
})

test('namespaces and cgroups are the box’s', async () => {
  const script = 'for n in /proc/self/ns/*; do readlink $n; done; cat /proc/self/cgroup'
  const ran = await box.enter(['sh', '-c', script])
  const own = await box.enter(['sh', '-c', script.replaceAll('/proc/self', '/proc/1')])
  expect(ran.stdout).toBe(own.stdout)
  const { namespace } = await box.proc()
  for (const kind of ['mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time', 'user'])
    expect(ran.stdout).toContain(`${namespace(kind)}\n`)
})

test('seen from the host, the process is in the box’s group', async () => {
  const done = box.enter(['sleep', '1.234'])
  const pid = await until(() => running('sleep', '1.234')[0], 'it runs')
  const { cgroup } = proc(pid)
  expect(cgroup(v2 ? '' : 'pids')).toBe(`/boxes/${box.name}`)
  expect(proc(pid).descriptors().sort()).toEqual([0, 1, 2])
  await done
})

test('-e, -u and -w', async () => {
  const ran = await box.enter([
    '-e',
    'A=b c',
    '-e',
    'V=new',
    '-u',
    'root',
    '-w',
    '/tmp',
    'sh',
    '-c',
    'echo $A $V $HOME; id -u; pwd',
  ])
  expect(ran.stdout).toBe('b c new /root\n0\n/tmp\n')
})

test('-u NAME:GROUP by number', async () => {
  expect((await box.enter(['-u', '5:6', 'sh', '-c', 'id -u; id -g'])).stdout).toBe('5\n6\n')
})

test('-u root has the box’s capabilities, not more', async () => {
  const ran = await box.enter(['-u', '0', 'grep', 'CapEff', '/proc/self/status'])
  // CAP_MKNOD only where device rules hold what it makes.
  expect(ran.stdout).toBe(`CapEff:\t00000000a${facts().cgroup.v1.devices === undefined ? 2 : 'a'}0425fb\n`)
})

test('words pass untouched', async () => {
  const words = ['a b', '', "it's", '$HOME', '`x`', '\n', '-n', '*', '--']
  const ran = await box.enter(['sh', '-c', 'for w in "$@"; do printf "[%s]" "$w"; done', 'zero', ...words])
  expect(ran.stdout).toBe(words.map((word) => `[${word}]`).join(''))
})

test('options of the command are not options of enter', async () => {
  expect((await box.enter(['--', 'printf', '%s %s', '-e', '-u'])).stdout).toBe('-e -u')
  expect((await box.enter(['echo', '-u', 'x'])).stdout).toBe('-u x\n')
})

test.each([0, 1, 42, 125, 255])('the command’s own status %i', async (status) => {
  expect(await box.enter(['sh', '-c', `exit ${status}`])).toEqual({ status, stdout: '', stderr: '' })
})

test('127, 126, and 128+n', async () => {
  expect(await box.enter(['no-such'])).toMatchObject({ status: 127 })
  expect(await box.enter(['/etc/passwd'])).toMatchObject({ status: 126 })
  expect(await box.enter(['sh', '-c', 'kill -TERM $$'])).toMatchObject({ status: 143 })
  expect(await box.enter(['sh', '-c', 'kill -KILL $$'])).toMatchObject({ status: 137 })
})

test('without a command: the user’s shell', async () => {
  expect((await box.enter([], { stdin: 'echo $0 $$HOME; pwd' })).stdout).toMatch(/sh.*\n\/work here\n/)
})

test('standard input, output and error are the caller’s', async () => {
  const ran = await box.enter(['sh', '-c', 'cat; echo err >&2'], { stdin: 'typed' })
  expect(ran).toEqual({ status: 0, stdout: 'typed', stderr: 'err\n' })
})

test('a box that does not run cannot be entered', async () => {
  const other = here.box({ rootfs: root, command: ['true'] })
  expect(await other.enter(['true'])).toMatchObject({
    status: 125,
    stderr: expect.stringContaining('no such box') as unknown as string,
  })
  await other.up()
  expect(await other.enter(['true'])).toMatchObject({
    status: 125,
    stderr: expect.stringContaining('not running') as unknown as string,
  })
})

test('-w is made when it is missing, as working_dir is', async () => {
  expect((await box.enter(['-u', '0', '-w', '/new/dir', 'pwd'])).stdout).toBe('/new/dir\n')
})

test('unknown options are errors', async () => {
  expect((await box.enter(['--frobnicate', 'true'])).status).toBe(125)
  expect((await box.enter(['-e', 'NOVALUE', 'true'])).status).toBe(125)
})
