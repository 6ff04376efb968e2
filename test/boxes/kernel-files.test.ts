import { readFileSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, facts, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))
const spec = { rootfs: root }

test('masked paths read as empty', async () => {
  const masks = facts().masks
  expect(masks.length).toBeGreaterThan(2)
  const script = masks
    .map(({ path, directory }) => (directory ? `ls -A ${path} | wc -c` : `wc -c <${path}`))
    .join('; ')
  const ran = await here.sh(spec, script)
  expect(ran).toEqual({ status: 0, stdout: '0\n'.repeat(masks.length), stderr: '' })
})

test('masked files are the box’s own null device, masked directories cannot be written', async () => {
  const ran = await here.sh(spec, 'stat -c "%t:%T %F" /proc/keys; touch /proc/acpi/x /sys/firmware/x; true')
  expect(ran.stdout).toBe('1:3 character special file\n')
  expect(ran.stderr).not.toBe('')
})

test.each(facts().readonlyPaths)('%s is read-only', async (path) => {
  const ran = await here.sh(spec, `grep " ${path} " /proc/self/mountinfo`)
  expect(ran.stdout).toMatch(new RegExp(` ${path} ro,nosuid,nodev,noexec`))
})

test('/proc/sys cannot be written by root', async () => {
  const before = readFileSync('/proc/sys/vm/swappiness', 'utf8')
  const ran = await here.sh(spec, 'echo 7 >/proc/sys/vm/swappiness; echo 1 >/proc/irq/default_smp_affinity')
  expect(ran.stderr.match(/Read-only file system/g)).toHaveLength(2)
  expect(readFileSync('/proc/sys/vm/swappiness', 'utf8')).toBe(before)
})

test('own masked and read-only paths take the place of the default ones', async () => {
  const own = { ...spec, maskedPaths: ['/proc/version', '/root'], readonlyPaths: ['/home'] }
  const ran = await here.sh(
    own,
    'wc -c </proc/version; ls -A /root; touch /home/x; test -w /proc/sys && echo writable',
  )
  expect(ran.stdout).toBe('0\nwritable\n')
  expect(ran.stderr).toMatch(/home\/x.*Read-only/)
})

test('systempaths=unconfined: nothing is masked', async () => {
  const ran = await here.sh(
    { ...spec, security_opt: ['systempaths=unconfined'] },
    'wc -l </proc/keys; test -w /proc/sys && echo writable',
  )
  expect(ran.stdout).toMatch(/^[1-9]\d*\nwritable\n$/)
})

test('/proc and /sys: no set-user-ID, no devices, no programs; /sys is read-only', async () => {
  const ran = await here.sh(spec, 'cat /proc/mounts')
  expect(ran.stdout).toMatch(/^proc \/proc proc rw,nosuid,nodev,noexec/m)
  expect(ran.stdout).toMatch(/^sysfs \/sys sysfs ro,nosuid,nodev,noexec/m)
})

test('/dev holds the harmless devices and nothing else', async () => {
  const ran = await here.sh(spec, 'cd /dev; for n in $(ls -A); do stat -c "%n %F %a %t:%T" $n; done')
  const kind = 'character special file 666'
  expect(ran.stdout.trim().split('\n').sort()).toEqual(
    [
      'core symbolic link 777 0:0',
      'fd symbolic link 777 0:0',
      `full ${kind} 1:7`,
      'mqueue directory 1777 0:0',
      `null ${kind} 1:3`,
      'ptmx symbolic link 777 0:0',
      'pts directory 755 0:0',
      `random ${kind} 1:8`,
      'shm directory 1777 0:0',
      'stderr symbolic link 777 0:0',
      'stdin symbolic link 777 0:0',
      'stdout symbolic link 777 0:0',
      `tty ${kind} 5:0`,
      `urandom ${kind} 1:9`,
      `zero ${kind} 1:5`,
    ].sort(),
  )
})

test('the links in /dev name the descriptors of the process', async () => {
  const ran = await here.sh(
    spec,
    'cd /dev; for n in fd stdin stdout stderr ptmx; do readlink $n; done; echo out >/dev/stdout | cat',
  )
  expect(ran.stdout).toBe('/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\nout\n')
})

test('the devices work', async () => {
  const ran = await here.sh(
    spec,
    'head -c 4 /dev/zero | od -An -tx1; head -c 9 /dev/urandom | wc -c; echo x >/dev/null; echo x >/dev/full',
  )
  expect(ran.stdout).toBe(' 00 00 00 00\n9\n')
  expect(ran.stderr).toMatch(/No space left/)
})

test('devpts is a new instance, /dev/shm as large as asked', async () => {
  const ran = await here.sh({ ...spec, shm_size: '8m' }, 'grep /dev/ /proc/mounts; df -k /dev/shm | tail -1')
  expect(ran.stdout).toMatch(
    /^devpts \/dev\/pts devpts rw,nosuid,noexec,relatime,(gid=5,)?mode=620,ptmxmode=666/m,
  )
  expect(ran.stdout).toMatch(/^\S+ \/dev\/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=8192k/m)
  expect(ran.stdout).toMatch(/^mqueue \/dev\/mqueue mqueue rw,nosuid,nodev,noexec/m)
})

test('devices: the node is there with the host’s numbers, and may be opened', async () => {
  const ran = await here.sh(
    { ...spec, devices: ['/dev/zero:/dev/deep/nothing:r'] },
    'stat -c "%F %t:%T" /dev/deep/nothing; head -c 3 /dev/deep/nothing | wc -c',
  )
  expect(ran.stdout).toBe('character special file 1:5\n3\n')
})

test('a device that is not asked for is refused, even when its node can be made', async () => {
  const ran = await here.sh(spec, 'mknod /d b 254 0 && head -c 1 /d; mknod /k c 1 11 && head -c 1 /k')
  expect(ran.stdout).toBe('')
  expect(ran.stderr.match(/Operation not permitted/g)).toHaveLength(2)
})

test('device_cgroup_rules allow more, where a group can hold them', async () => {
  const ran = await here.sh(
    { ...spec, device_cgroup_rules: ['c 1:11 rw'] },
    'mknod /k c 1 11 && echo "from a test of boxes" >/k && echo written',
  )
  expect(ran.stdout).toBe(facts().cgroup.v1.devices === undefined ? '' : 'written\n')
})

test('the permissions of a device hold', async () => {
  const ran = await here.sh(
    { ...spec, devices: ['/dev/kmsg:/dev/kmsg:w'] },
    'echo "a test of boxes" >/dev/kmsg && echo w; head -c 1 /dev/kmsg',
  )
  expect(ran.stdout).toBe('w\n')
  expect(ran.stderr).toMatch(/not permitted/)
})

test('tmpfs: options as asked, no set-user-ID and no devices', async () => {
  const ran = await here.sh(
    { ...spec, tmpfs: ['/deep/scratch:size=1m,mode=700,noexec', '/tmp'] },
    'cat /proc/mounts',
  )
  const line = ran.stdout.split('\n').find((one) => one.includes(' /deep/scratch '))
  expect(line).toMatch(/^\S+ \/deep\/scratch tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k,mode=700/)
  expect(ran.stdout).toMatch(/^\S+ \/tmp tmpfs rw,nosuid,nodev/m)
})

test('a tmpfs is full at its size', async () => {
  const ran = await here.sh(
    { ...spec, tmpfs: ['/s:size=64k'] },
    'head -c 100000 /dev/zero >/s/f; wc -c </s/f',
  )
  expect(ran.stderr).toMatch(/error/)
  expect(ran.stdout).toBe('65536\n')
})

test('sysctls of the box’s namespaces are set, and only there', async () => {
  const sysctls = {
    'net.ipv4.ip_unprivileged_port_start': '77',
    'kernel.shmmax': '12345',
    'fs.mqueue.msg_max': '11',
  }
  const ran = await here.sh(
    { ...spec, sysctls },
    'cd /proc/sys; cat net/ipv4/ip_unprivileged_port_start kernel/shmmax fs/mqueue/msg_max',
  )
  expect(ran.stdout).toBe('77\n12345\n11\n')
  expect(readFileSync('/proc/sys/kernel/shmmax', 'utf8')).not.toBe('12345\n')
})
