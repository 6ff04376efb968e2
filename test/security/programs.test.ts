import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { busyboxRoot, type TestBox, world } from '../harness/index.ts'
import { without } from './attack.ts'

// Programs and libraries of an image that lie where those of the host would be looked for (CVE-2019-14271). Each
// leaves a mark, with the capabilities that it ran with, in a volume: what `up` rolls back stays there.
const here = world()
const image = `${here.directory}/trap`
const marks = `${here.directory}/volume/marks`
const spec = { rootfs: image, volumes: [`${here.directory}/volume:/vol`], command: ['sleep', '1000'] }
const ofBox = 0xa80425fbn

beforeAll(() => {
  busyboxRoot(image)
  mkdirSync(dirname(marks))
  writeFileSync(marks, '')
  // Whatever user it runs as.
  chmodSync(marks, 0o666)
  // From outside of the pid namespace there is no /proc/self: whoever can mount then has CAP_SYS_ADMIN.
  const trap = `#!/bin/busybox sh
told=$(/bin/busybox grep CapEff /proc/self/status) || { /bin/busybox mount -t tmpfs none /dev/shm && told='CapEff: 200000'; }
/bin/busybox echo "$0 $told" >>/vol/marks
`
  for (const name of [
    'mount',
    'umount',
    'ip',
    'perl',
    'nsenter',
    'ps',
    'tar',
    'setpriv',
    'env',
    'cat',
    'hostname',
    'id',
  ]) {
    rmSync(`${image}/bin/${name}`, { force: true })
    writeFileSync(`${image}/bin/${name}`, trap, { mode: 0o755 })
  }
  // Where perl looks first: what it loads only after it has the root of the box.
  const first = spawnSync('perl', ['-e', 'print $INC[0]'], { encoding: 'utf8' }).stdout
  mkdirSync(`${image}${first}`, { recursive: true })
  for (const name of [
    'Carp',
    'Config',
    'Errno',
    'Exporter',
    'POSIX',
    'XSLoader',
    'strict',
    'utf8',
    'warnings',
  ]) {
    writeFileSync(
      `${image}${first}/${name}.pm`,
      `open my $out, ">>", "/vol/marks"; print $out "${name}.pm ", scalar qx(/bin/busybox grep CapEff /proc/self/status); 1\n`,
    )
  }
  // What a host program would load, had it the root of the box: not a loader at all.
  for (const name of [
    'lib64/ld-linux-x86-64.so.2',
    'lib/ld-linux-aarch64.so.1',
    'etc/ld.so.preload',
    'etc/nsswitch.conf',
    'lib/x86_64-linux-gnu/libc.so.6',
  ]) {
    mkdirSync(dirname(`${image}/${name}`), { recursive: true })
    writeFileSync(`${image}/${name}`, '/evil.so\n', { mode: 0o755 })
  }
})

/** What has run since the last look, and whether it had more than a box has. */
function ran(): [name: string, more: boolean][] {
  const lines = readFileSync(marks, 'utf8').trim().split('\n')
  writeFileSync(marks, '')
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', , capabilities = ''] = line.split(/\s+/)
      return [name, (BigInt(`0x${capabilities}`) & ~ofBox) !== 0n]
    })
}

test('none runs with more than the capabilities of the box', async () => {
  const box = here.box({
    ...spec,
    user: 'app',
    sysctls: { 'net.ipv4.ip_forward': '1' },
    hostname: 'trap',
    maskedPaths: ['/tmp'],
  })
  await box.up({ detach: true })
  await box.enter(['-u', 'root', 'sleep', '0'])
  await box.status()
  await box.logs()
  expect(ran()).toEqual([])
  // The marks do work:
  await box.enter(['-u', 'root', 'ip'])
  expect(ran()).toEqual([['/bin/ip', false]])
  expect((await box.down('-t', '0')).status).toBe(0)
  expect(ran()).toEqual([])
})

test('nsenter without a root of its own would run what the image has, with all capabilities', async () => {
  const byUp = here.box(spec)
  without(byUp, ' --root=/ ', ' ')
  expect((await byUp.up({ detach: true })).status).not.toBe(0)
  expect(ran()).toEqual([['/bin/perl', true]])
  const byEnter = here.box(spec)
  await byEnter.up({ detach: true })
  without(byEnter, '"--root=$enter_view" ', '')
  await byEnter.enter(['-u', 'root', 'sleep', '0'])
  expect(ran()).toEqual([['/bin/perl', true]])
})

test('a library that the launcher loads late would be one of the image', async () => {
  const late = (box: TestBox) => without(box, 'call("keyctl", 1, 0);', 'call("keyctl", 1, 0); require POSIX;')
  const byUp = here.box(spec)
  late(byUp)
  await byUp.up({ detach: true })
  expect(ran()).toEqual([['POSIX.pm', true]])
  const byEnter = here.box(spec)
  await byEnter.up({ detach: true })
  expect(ran()).toEqual([])
  late(byEnter)
  await byEnter.enter(['-u', 'root', 'sleep', '0'])
  expect(ran()).toEqual([['POSIX.pm', true]])
})
