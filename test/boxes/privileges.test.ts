import { rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, facts, proc, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))

async function status(spec: Record<string, unknown> = {}) {
  const box = here.box({ rootfs: root, command: ['sleep', '1000'], ...spec })
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  return (await box.proc()).status
}

const none = '0000000000000000'
// Where no device rules exist, CAP_MKNOD is not among them.
const usual = facts().cgroup.v1.devices === undefined ? '00000000a00425fb' : '00000000a80425fb'

test('root has docker’s default capabilities, none of them inheritable', async () => {
  expect(await status()).toMatchObject({
    CapBnd: usual,
    CapEff: usual,
    CapPrm: usual,
    CapInh: none,
    CapAmb: none,
  })
})

test('another user has none, and could gain none beyond the default ones', async () => {
  expect(await status({ user: 'app' })).toMatchObject({
    CapBnd: usual,
    CapEff: none,
    CapPrm: none,
    CapInh: none,
    CapAmb: none,
  })
})

test('cap_add and cap_drop, with and without CAP_', async () => {
  const caps = await status({ cap_add: ['NET_ADMIN', 'CAP_SYS_TIME'], cap_drop: ['CHOWN', 'CAP_MKNOD'] })
  expect(caps.CapEff).toBe('00000000a20435fa')
  expect(caps.CapBnd).toBe('00000000a20435fa')
})

test('cap_drop ALL, and one given back', async () => {
  expect(await status({ cap_drop: ['ALL'] })).toMatchObject({ CapBnd: none, CapEff: none, CapPrm: none })
  const caps = await status({ cap_drop: ['ALL'], cap_add: ['NET_BIND_SERVICE'] })
  expect(caps).toMatchObject({ CapBnd: '0000000000000400', CapEff: '0000000000000400' })
})

test('cap_add ALL: all that the host can give', async () => {
  const { CapBnd } = proc(process.pid).status
  expect((await status({ cap_add: ['ALL'] })).CapBnd).toBe(CapBnd)
})

test('no_new_privs is on, and can be turned off', async () => {
  expect((await status()).NoNewPrivs).toBe('1')
  expect((await status({ no_new_privs: false })).NoNewPrivs).toBe('0')
  expect((await status({ security_opt: ['no-new-privileges:false'] })).NoNewPrivs).toBe('0')
})

test('with no_new_privs a set-user-ID program gains nothing, without it does', async () => {
  const script = `cp /bin/grep /tmp/g; chmod 4755 /tmp/g
    exec setpriv --reuid 1001 --regid 1001 --clear-groups /tmp/g ^Uid /proc/self/status`
  expect((await here.sh({}, script)).stdout).toMatch(/^Uid:\t1001\t1001\t/)
  expect((await here.sh({ no_new_privs: false }, script)).stdout).toMatch(/^Uid:\t1001\t0\t/)
})

test('a filter is in force', async () => {
  expect(await status()).toMatchObject({ Seccomp: '2', Seccomp_filters: '1' })
})

test.each([
  ['unshare of a user namespace', 'unshare -U true'],
  ['mount', 'mount -t tmpfs tmpfs /tmp'],
  ['keyctl', "perl -e 'syscall(250, 0, -3, 1) == -1 and die $!'"],
  ['reading the kernel log', 'dmesg'],
  ['setting the clock', 'date -s 2030-01-01'],
  ['swapoff', 'swapoff -a; swapoff /nothing'],
])('refused by default: %s', async (_what, script) => {
  const ran = await here.sh({}, script)
  expect(ran.status).not.toBe(0)
  expect(ran.stderr).toMatch(/not permitted|denied|not superuser/i)
})

test('the filter holds back root with every capability that the profile does not tie to one', async () => {
  const keyctl = "perl -e 'syscall(250, 0, -3, 1) == -1 and print $! + 0'"
  expect((await here.sh({ cap_add: ['SYS_ADMIN'] }, keyctl)).stdout).toBe('1')
  expect((await here.sh({ seccomp: 'unconfined' }, keyctl)).stdout).toBe('')
})

test('capabilities open what the profile ties to them', async () => {
  const mount = 'mount -t tmpfs tmpfs /tmp && echo mounted'
  expect((await here.sh({ cap_add: ['SYS_ADMIN'] }, mount)).stdout).toBe('mounted\n')
})

test('32-bit and x32 calls are refused', async () => {
  if (facts().arch !== 'x86_64') return
  // getpid by the x32 table: bit 30 of the number.
  const ran = await here.sh({}, 'perl -e \'print syscall(0x40000000 + 39) == -1 ? "refused" : "answered"\'')
  expect(ran.stdout).not.toBe('answered')
})

test('an own profile by path', async () => {
  const profile = here.file(
    'profile.json',
    JSON.stringify({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 28 }],
    }),
  )
  const ran = await here.sh({ rootfs: root, seccomp: profile }, 'mkdir /x; grep ^Seccomp: /proc/self/status')
  expect(ran.stdout).toBe('Seccomp:\t2\n')
  expect(ran.stderr).toMatch(/No space left on device/)
})

test('unconfined: no filter', async () => {
  expect((await status({ seccomp: 'unconfined' })).Seccomp).toBe('0')
  expect((await status({ security_opt: ['seccomp=unconfined'] })).Seccomp).toBe('0')
})

test('a filter without no_new_privs', async () => {
  expect(await status({ no_new_privs: false, user: 'app' })).toMatchObject({
    Seccomp: '2',
    NoNewPrivs: '0',
    CapEff: none,
  })
})

test('privileged: every capability, no filter, nothing masked, the host’s devices', async () => {
  const { CapBnd } = proc(process.pid).status
  expect(await status({ privileged: true })).toMatchObject({ CapBnd, CapEff: CapBnd, Seccomp: '0' })
  const ran = await here.sh(
    { rootfs: root, privileged: true },
    'test -w /proc/sys && echo writable; test -c /dev/kmsg && echo x >/dev/kmsg && echo device; grep " /sys " /proc/mounts',
  )
  expect(ran.stdout).toMatch(/^writable\ndevice\nsysfs \/sys sysfs rw,/)
})
