import { chmodSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, facts, running, until, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))
const idle = { rootfs: root, command: ['sleep', '1000'] }

async function up(spec: Record<string, unknown> = {}) {
  const box = here.box({ ...idle, ...spec })
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  return { box, ...(await box.proc()) }
}

test('entrypoint and command, a list to the byte', async () => {
  const words = ['a b', '', "it's", '"', '$HOME `x` $(x)', 'new\nline', '-n', '*', '\\', '\t']
  const { args } = await up({ entrypoint: ['sh', '-c', 'sleep 100; :', 'zero'], command: words })
  expect(args).toEqual(['sh', '-c', 'sleep 100; :', 'zero', ...words])
})

test('a string is split into words, without expansion', async () => {
  const { args } = await up({ command: `sh -c 'sleep 100; :' "two words" $HOME *` })
  expect(args).toEqual(['sh', '-c', 'sleep 100; :', 'two words', '$HOME', '*'])
})

test('the environment is what was asked for, to the byte, and nothing of the caller’s', async () => {
  const value = 'two\nlines \'"$X`y`\\ é\t='
  const file = here.file('env', '# comment\nFROM_FILE=a b\nQUOTED="x y"\nBOTH=file\n')
  const { environment, box } = await up({
    environment: { V: value, EMPTY: '', BOTH: 'spec' },
    env_file: file,
  })
  expect(environment.sort()).toEqual(
    [
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      `HOSTNAME=${box.name}`,
      'HOME=/root',
      `V=${value}`,
      'EMPTY=',
      'BOTH=spec',
      'FROM_FILE=a b',
      'QUOTED=x y',
    ].sort(),
  )
})

test('the environment as the command sees it', async () => {
  const ran = await here.sh({ rootfs: root, environment: { V: 'a\nb' } }, 'printf %s "$V" | od -An -c')
  expect(ran.stdout).toBe('   a  \\n   b\n')
})

test('a variable without a value is the caller’s', async () => {
  const box = here.box({ rootfs: root, environment: ['HOME'], command: ['sh', '-c', 'echo $HOME'] })
  expect((await box.up()).stdout).toBe(`${process.env.HOME}\n`)
})

test('no descriptor above 2 is open', async () => {
  const box = here.box({ rootfs: 'host', command: ['perl', '-e', '$| = 1; print "begun\n"; sleep 1000'] })
  await box.up({ detach: true })
  await until(
    async () => (await box.logs()).stdout !== '',
    'its libraries are loaded, and their handles closed',
  )
  expect((await box.proc()).descriptors().sort()).toEqual([0, 1, 2])
})

test('standard input of a detached box is empty', async () => {
  const box = here.box({ rootfs: root, command: ['sh', '-c', 'wc -c; echo end'] })
  await box.up({ detach: true, stdin: 'text' })
  await until(async () => (await box.status()).status === 3, 'it has ended')
  expect((await box.logs()).stdout).toBe('0\nend\n')
})

test('standard input, output and error of a foreground box are the caller’s', async () => {
  const ran = await here.sh({ rootfs: root }, 'cat; echo err >&2', { stdin: 'typed\n' })
  expect(ran).toEqual({ status: 0, stdout: 'typed\n', stderr: 'err\n' })
})

test('working_dir is made when it is missing, also as another user', async () => {
  const ran = await here.sh(
    { rootfs: root, working_dir: '/made/for it', user: 'app' },
    'pwd; stat -c %U:%a .',
  )
  expect(ran.stdout).toBe('/made/for it\nroot:755\n')
})

test.each([
  ['app', '1001', '1001', '1001 44'],
  ['1001', '1001', '1001', '1001 44'],
  ['app:extra', '1001', '2002', '2002'],
  ['app:77', '1001', '77', '77'],
  ['4321', '4321', '0', '0'],
  ['4321:1', '4321', '1', '1'],
  ['root', '0', '0', '0'],
])('user %s is looked up inside the box', async (user, uid, gid, groups) => {
  const { status } = await up({ user })
  expect(status.Uid).toBe([uid, uid, uid, uid].join('\t'))
  expect(status.Gid).toBe([gid, gid, gid, gid].join('\t'))
  expect(status.Groups?.trim().split(' ').sort()).toEqual(groups.split(' ').sort())
})

test('group_add', async () => {
  const { status } = await up({ user: '5:5', group_add: ['video', '99'] })
  expect(status.Groups?.trim().split(' ').sort()).toEqual(['44', '5', '99'])
})

test('a user or group that the box does not know is an error', async () => {
  const user = await here.box({ ...idle, user: 'nobody-here' }).up()
  expect(user.status).toBe(125)
  expect(user.stderr).toContain('nobody-here')
  const group = await here.box({ ...idle, group_add: ['no-group'] }).up()
  expect(group).toMatchObject({
    status: 125,
    stderr: expect.stringContaining('no-group') as unknown as string,
  })
})

test('HOME is that of the user', async () => {
  expect((await here.sh({ rootfs: root, user: 'app' }, 'echo $HOME')).stdout).toBe('/home/app\n')
})

test('umask', async () => {
  expect((await here.sh({ rootfs: root }, 'umask')).stdout).toBe('0022\n')
  expect((await here.sh({ rootfs: root, umask: '0027' }, 'umask')).stdout).toBe('0027\n')
})

test('ulimits, soft and hard', async () => {
  const { limits } = await up({ ulimits: { nofile: { soft: 100, hard: 200 }, nproc: 50, core: 0 } })
  expect(limits()).toMatchObject({
    'Max open files': ['100', '200'],
    'Max processes': ['50', '50'],
    'Max core file size': ['0', '0'],
  })
})

test('oom_score_adj', async () => {
  expect((await up({ oom_score_adj: 321 })).text('oom_score_adj')).toBe('321\n')
})

test('signals are as a program expects them: none blocked, none ignored', async () => {
  const { status } = await up()
  expect(status).toMatchObject({ SigBlk: '0000000000000000', SigIgn: '0000000000000000' })
})

test('the command is a session of its own', async () => {
  const stat = (await up()).text('stat').split(') ')[1]?.split(' ') ?? []
  const { pid } = await up()
  expect(stat[2]).toBe(stat[3])
  expect(pid).toBeGreaterThan(1)
})

test('init: true: PID 1 is the reaper, the command its child', async () => {
  const { args, pid } = await up({ init: true, command: ['sleep', '2345'] })
  expect(args).toEqual(['/dev/init', '--', 'sleep', '2345'])
  await until(() => running('sleep', '2345').length === 1, 'the command runs')
  expect(pid).not.toBe(running('sleep', '2345')[0])
})

test('init: true reaps the zombies of others', async () => {
  const script =
    'sh -c "sh -c \\"sleep 0.1\\" & exit 0"; sleep 0.5; grep -l "^State:.Z" /proc/[0-9]*/status | wc -l'
  const spec = { rootfs: root, init: true, command: ['sh', '-c', script] }
  expect((await here.box(spec).up()).stdout).toBe('0\n')
})

test('init: true passes on the exit status and the signals', async () => {
  expect((await here.sh({ rootfs: root, init: true }, 'exit 42')).status).toBe(42)
  const box = here.box({
    rootfs: root,
    init: true,
    command: ['sh', '-c', 'trap "exit 9" TERM; sleep 5432 & wait'],
  })
  const up = box.start()
  await until(() => running('sleep', '5432').length > 0, 'the trap is set')
  await box.started()
  up.kill('SIGTERM')
  expect((await up.done).status).toBe(9)
})

test('a program that is not executable is no command', async () => {
  chmodSync(here.file('script', '#!/bin/sh\n'), 0o644)
  const spec = { rootfs: root, volumes: [`${here.directory}/script:/script`], command: ['/script'] }
  expect(await here.box(spec).up()).toMatchObject({
    status: 126,
    stderr: expect.stringContaining('/script') as unknown as string,
  })
})

test('a limit above the hard limit of the caller is an error, where it cannot be raised', async () => {
  const { capabilities, rlimits } = facts()
  if (capabilities.includes('CAP_SYS_RESOURCE') || typeof rlimits.nofile !== 'number') return
  const wanted = rlimits.nofile + 1
  expect(() => here.box({ ...idle, ulimits: { nofile: wanted } })).toThrow(/nofile/)
})
