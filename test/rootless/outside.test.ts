import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { anna, busyboxRoot, type TestBox, until, world } from '../harness/index.ts'
import { without } from '../security/attack.ts'

// The box's root is the caller: what else is the caller's must be out of its reach.
const here = world('anna')
const root = here.own(busyboxRoot(`${here.directory}/image`))
const secret = here.own(here.file('secret', 'canary\n'))
spawnSync('chmod', ['600', secret])

/** A process of hers outside, while `use` runs. */
async function beside(use: (pid: number) => Promise<void>) {
  const sleeper = spawn('sleep', ['1000'], { uid: anna, gid: anna, env: { CANARY: 'canary' } })
  try {
    await use(sleeper.pid ?? 0)
    expect([sleeper.exitCode, sleeper.signalCode]).toEqual([null, null])
  } finally {
    sleeper.kill('SIGKILL')
  }
}

const hunt = (pid: number) => `
for at in '' /dev/.old /proc/1/root /proc/1/cwd /proc/self/root /proc/self/fd/*; do cat $at${secret} $at${here.run}/*/process 2>/dev/null; done
for at in /proc/1/root /proc/1/cwd /proc/self/fd/*; do [ ! -e $at/../../..${secret} ] || echo above; done
kill -0 ${pid} 2>/dev/null && echo signalled
cat /proc/[0-9]*/comm | grep -vxE 'sleep|sh|cat|grep'; ls /dev/.old 2>/dev/null; ls /proc/1/fd | tr '\\n' ' '
grep -c . /proc/1/environ | grep -v 1`

test('her other files, the run directory, her processes; nothing is left open', async () => {
  await beside(async (pid) => {
    const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
    await box.up({ detach: true })
    expect(await box.enter(['sh', '-c', hunt(pid)])).toMatchObject({ stdout: '0 1 2 ', stderr: '' })
    await box.down('-t', '0')
    without(box, /^ {2}umount -N .* --lazy \/dev\/\.old$/)
    await box.up({ detach: true })
    expect((await box.enter(['sh', '-c', hunt(pid)])).stdout).toMatch(/^canary\n/)
    await box.down('-t', '0')
  })
})

test('with pid: host her processes are seen, and neither traced nor looked into', async () => {
  await beside(async (pid) => {
    const look = `$! = 0; print syscall(${process.arch === 'arm64' ? 117 : 101}, 16, ${pid}, 0, 0) == -1 ? $! + 0 : "traced", "\\n";
      for ("environ", "mem", "root/etc/passwd", "cwd/x", "maps") { print "$_\\n" if open my $file, "<", "/proc/${pid}/$_" and sysread $file, my $x, 1 }
      print -e "/proc/${pid}/comm" ? "seen\\n" : "hidden\\n"`
    const spec = { pid: 'host', security_opt: ['seccomp=unconfined'], cap_add: ['SYS_PTRACE', 'SYS_ADMIN'] }
    const box = here.box({ ...spec, rootfs: 'host', command: ['perl', '-e', look] })
    expect(await box.up()).toMatchObject({ status: 0, stdout: '1\nseen\n' })
    await box.down('-t', '0')
  })
})

test('over the host’s root another user of the box does not read what is hers alone', async () => {
  const box = here.box({ rootfs: 'host', command: ['sh', '-c', `cat ${secret}; true`] })
  expect((await box.up()).stdout).toBe('canary\n')
  await box.down()
  const other = here.box({ rootfs: 'host', user: '1000', command: ['sh', '-c', `cat ${secret}; id -u`] })
  expect((await other.up()).stdout).toBe('1000\n')
  await other.down()
})

test('a namespace of the box’s own root gains nothing on the machine', async () => {
  const script = `mount -o remount,rw /proc/sys 2>&1; mknod /n c 1 1 2>&1; echo x >/proc/sysrq-trigger
    hostname other && hostname; date -s 2000-01-01 2>&1; sysctl -w kernel.core_pattern=x 2>&1; true`
  const box = here.box({
    rootfs: root,
    cap_add: ['ALL'],
    security_opt: ['seccomp=unconfined'],
    command: ['sh', '-c', script],
  })
  const { stdout, stderr } = await box.up()
  expect(stdout).toMatch(/mknod.*not permitted/)
  expect(stdout).toMatch(/\nother\n/)
  expect(stdout).toMatch(/date: .*not permitted/)
  expect(stderr).toMatch(/sysrq-trigger/)
  expect(readFileSync('/proc/sys/kernel/core_pattern', 'utf8')).not.toBe('x\n')
  expect(readFileSync('/proc/sys/kernel/hostname', 'utf8')).not.toBe('other\n')
  await box.down()
})

/** What another ordinary user of the machine gets. */
const stranger = (script: string) =>
  spawnSync('setpriv', ['--reuid', '4343', '--regid', '4343', '--clear-groups', 'sh', '-c', script], {
    encoding: 'utf8',
  }).stdout

async function state(weaken: (box: TestBox) => void, use: (box: TestBox) => Promise<void>) {
  const script =
    'cp /bin/busybox /suid; chmod 4755 /suid; cp /suid /other; chown 1001 /other; chmod 4755 /other; echo canary; exec sleep 1000'
  const box = here.box({ rootfs: root, environment: { SECRET: 'canary' }, command: ['sh', '-c', script] })
  weaken(box)
  await box.up({ detach: true })
  await box.enter(['sh', '-c', 'until [ -u /other ]; do sleep 0.01; done'])
  await use(box)
  expect((await box.down('-t', '0')).status).toBe(0)
}

test('another user of the machine sees nothing of her boxes and runs no setuid file of theirs', async () => {
  const look = `grep -rls canary ${here.root} ${here.run}; find ${here.root} ${here.run} -perm -4000`
  await state(
    () => {},
    async (box) => {
      expect(stranger(look)).toBe('')
      expect(
        stranger(
          `for f in suid other; do ${box.box.paths.data}/upper/$f; [ ! -x ${box.box.paths.data}/upper/$f ] || echo runs; done`,
        ),
      ).toBe('')
      const pid = (await box.proc()).pid
      expect(
        stranger(
          `ls /proc/${pid}/root/ /proc/${pid}/cwd/; cat /proc/${pid}/environ; kill -0 ${pid} && echo yes`,
        ),
      ).toBe('')
    },
  )
  await here.as(['rm', '-rf', `${here.root}/boxes`, `${here.root}/roots`, here.run])
  await state(
    (box) => without(box, 'umask 077', 'umask 022'),
    async (box) => {
      expect(stranger(look)).toMatch(/upper\/suid/)
      expect(stranger(`[ -x ${box.box.paths.data}/upper/suid ] && echo runs`)).toBe('runs\n')
    },
  )
  await here.as(['rm', '-rf', `${here.root}/boxes`, `${here.root}/roots`, here.run])
})

test('nothing of the machine’s root is left, nor anything in /tmp', async () => {
  const before = stranger('ls -A /tmp')
  mkdirSync(`${here.directory}/host-tree`)
  writeFileSync(`${here.directory}/host-tree/file`, '')
  here.own(`${here.directory}/host-tree`)
  const box = here.box({
    rootfs: 'host',
    volumes: [`${here.directory}/host-tree:/v`, `${here.directory}/new:/n`],
    command: ['sh', '-c', 'echo x >/v/y; echo x >/n/y; exec sleep 1000'],
  })
  await box.up({ detach: true })
  await until(() => existsSync(`${here.directory}/new/y`), 'it has written')
  const { stdout } = spawnSync(
    'find',
    [here.root, here.run, `${here.directory}/new`, '-not', '-user', '4242'],
    {
      encoding: 'utf8',
    },
  )
  expect(stdout).toBe('')
  await box.down('-t', '0')
  const mine = (names: string) =>
    names.split('\n').filter((name) => !/^(boxes-(test|counts|bin)-|\.)/.test(name))
  expect(
    mine(stranger('ls -A /tmp')).filter((name) => !mine(before).includes(name) && name.includes('boxes')),
  ).toEqual([])
})
