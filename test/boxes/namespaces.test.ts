import { readFileSync, readlinkSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { running, type TestBox, until, world } from '../harness/index.ts'

const here = world()
const idle = { rootfs: 'host', command: ['sleep', '1000'] }
const own = (kind: string) => readlinkSync(`/proc/self/ns/${kind}`)

async function up(spec: Record<string, unknown> = {}): Promise<TestBox> {
  const box = here.box({ ...idle, ...spec })
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  return box
}

test.each(['mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'])(
  'the %s namespace is not the host’s',
  async (kind) => {
    const { namespace } = await (await up()).proc()
    expect(namespace(kind)).toMatch(/^\w+:\[\d+\]$/)
    expect(namespace(kind)).not.toBe(own(kind))
  },
)

test('the user namespace is the host’s, unless asked for', async () => {
  expect((await (await up()).proc()).namespace('user')).toBe(own('user'))
})

test.each([
  ['pid', 'pid'],
  ['network_mode', 'net'],
  ['ipc', 'ipc'],
  ['uts', 'uts'],
  ['cgroup', 'cgroup'],
  ['time', 'time'],
])('%s: host is the host’s', async (field, kind) => {
  const { namespace } = await (await up({ [field]: 'host' })).proc()
  expect(namespace(kind)).toBe(own(kind))
})

test('mount: host has the host’s mounts and root', async () => {
  const box = here.box({ mount: 'host', command: ['sleep', '1000'] })
  await box.up({ detach: true })
  const { namespace, root } = await box.proc()
  expect(namespace('mnt')).toBe(own('mnt'))
  expect(readFileSync(root('/etc/hosts'), 'utf8')).toBe(readFileSync('/etc/hosts', 'utf8'))
})

test.each([
  ['pid', 'pid'],
  ['network_mode', 'net'],
  ['ipc', 'ipc'],
  ['uts', 'uts'],
  ['cgroup', 'cgroup'],
  ['time', 'time'],
])('%s: box:NAME is that box’s', async (field, kind) => {
  const first = await up()
  const second = await up({ [field]: `box:${first.name}` })
  expect((await second.proc()).namespace(kind)).toBe((await first.proc()).namespace(kind))
})

test('mount: box:NAME has that box’s files', async () => {
  const first = await up()
  await first.enter(['touch', '/here'])
  const second = here.box({ mount: `box:${first.name}`, command: ['ls', '/here'] })
  expect(await second.up()).toMatchObject({ status: 0, stdout: '/here\n' })
})

test.each([
  ['network_mode', 'net'],
  ['ipc', 'ipc'],
  ['uts', 'uts'],
])('%s: a path is that namespace', async (field, kind) => {
  const first = await up()
  const second = await up({ [field]: `/proc/${await first.pid()}/ns/${kind}` })
  expect((await second.proc()).namespace(kind)).toBe((await first.proc()).namespace(kind))
})

test('a box whose namespace is to be joined must run', async () => {
  const ran = await here.box({ ...idle, network_mode: 'box:nobody' }).up()
  expect(ran.status).toBe(125)
  expect(ran.stderr).toMatch(/nobody.*is not running/)
})

test('PID 1 is the command itself', async () => {
  const { args, status } = await (await up()).proc()
  expect(args).toEqual(['sleep', '1000'])
  expect(status.NSpid?.split('\t').at(-1)).toBe('1')
})

test('/proc shows the box’s own processes', async () => {
  const ran = await here.sh({}, 'cd /proc; echo [0-9]*')
  expect(ran.stdout).toBe('1\n')
})

test('pid: host shows the host’s processes', async () => {
  const ran = await here.sh({ pid: 'host' }, 'tr "\\0" " " </proc/1/cmdline; echo; echo $$')
  const [first, pid] = ran.stdout.split('\n')
  expect(first).toBe(readFileSync('/proc/1/cmdline', 'utf8').replaceAll('\0', ' '))
  expect(Number(pid)).toBeGreaterThan(1)
})

test('with pid: host the box’s other processes end with its first', async () => {
  const box = here.box({ rootfs: 'host', pid: 'host', command: ['sh', '-c', 'sleep 3210 & exit 4'] })
  expect((await box.up()).status).toBe(4)
  await until(() => running('sleep', '3210').length === 0, 'all gone', 2000)
})

test('the host name is the box’s name, or as asked', async () => {
  const box = await up()
  expect((await box.enter(['uname', '-n'])).stdout).toBe(`${box.name}\n`)
  const other = await up({ hostname: 'elsewhere', domainname: 'example.org' })
  expect(
    (await other.enter(['cat', '/proc/sys/kernel/hostname', '/proc/sys/kernel/domainname'])).stdout,
  ).toBe('elsewhere\nexample.org\n')
})

test('the only link is the loopback, and it is up', async () => {
  const ran = await here.sh(
    {},
    'ip -br link; cat /proc/net/route | wc -l; ping -c1 -W1 127.0.0.1 >/dev/null 2>&1; true',
  )
  expect(ran.stdout).toMatch(/^lo +UNKNOWN .*LOOPBACK,UP/)
  expect(ran.stdout.trim().split('\n')).toHaveLength(2)
})

test('a box with clocks of its own is seen to run, and can be entered', async () => {
  const box = await up({ timeOffsets: { boottime: '1000000s' } })
  expect((await box.status()).stdout).toMatch(/^running /)
  expect(Number.parseFloat((await box.enter(['cat', '/proc/uptime'])).stdout)).toBeGreaterThan(1000000)
})

test('timeOffsets move the boot and the monotonic clock, not the date', async () => {
  const spec = { timeOffsets: { boottime: '1000000s', monotonic: '500000s' } }
  const ran = await here.sh(spec, 'cat /proc/self/timens_offsets; cat /proc/uptime; date +%s')
  const [monotonic, boottime, uptime, date] = ran.stdout.trim().split('\n')
  expect(monotonic).toMatch(/^monotonic +500000 +0$/)
  expect(boottime).toMatch(/^boottime +1000000 +0$/)
  const host = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])
  expect(Math.abs(Number(uptime?.split(' ')[0]) - host - 1_000_000)).toBeLessThan(10)
  expect(Math.abs(Number(date) - Date.now() / 1000)).toBeLessThan(10)
})

test('the cgroup namespace’s root is the box’s own group', async () => {
  const ran = await here.sh({}, 'cut -d: -f3 /proc/self/cgroup | sort -u')
  // Trees in which a box has no group of its own show as being outside.
  expect(ran.stdout.split('\n').filter((path) => path !== '' && !path.startsWith('/..'))).toEqual(['/'])
})

test('System V shared memory of the host is not seen', async () => {
  const ran = await here.sh({}, 'ipcs -m | grep -c 0x; ipcmk -M 100 >/dev/null; ipcs -m | grep -c 0x')
  expect(ran.stdout).toBe('0\n1\n')
})

test('a POSIX message queue file system is the box’s own', async () => {
  const box = await up()
  await box.enter(['touch', '/dev/mqueue/one'])
  const other = await up({ ipc: `box:${box.name}` })
  expect((await other.enter(['ls', '/dev/mqueue'])).stdout).toBe('one\n')
  expect((await (await up()).enter(['ls', '/dev/mqueue'])).stdout).toBe('')
})

test('when PID 1 ends, the box’s other processes end', async () => {
  const box = here.box({ ...idle, command: ['sh', '-c', 'sleep 4321 & sleep 0.2'] })
  await box.up()
  expect(running('sleep', '4321')).toEqual([])
})

test('a mount namespace by its file: the command has that root', async () => {
  const box = await up()
  await box.enter(['sh', '-c', 'echo theirs >/mark'])
  const ran = await here.box({ mount: `/proc/${await box.pid()}/ns/mnt`, command: ['cat', '/mark'] }).up()
  expect(ran).toEqual({ status: 0, stdout: 'theirs\n', stderr: '' })
})

test('pid: box:NAME: the one that may trace joins, not the other way round', async () => {
  const first = await up({})
  const tracer = await up({ pid: `box:${first.name}`, cap_add: ['SYS_PTRACE'] })
  const third = await here.box({ ...idle, pid: `box:${first.name}` }).up()
  expect(third).toMatchObject({ status: 125, stderr: expect.stringMatching(/has CAP_SYS_PTRACE/) })
  await tracer.down('-t', '0')
  expect((await up({ pid: `box:${first.name}` })).name).toMatch(/./)
  const open = await up({ privileged: true })
  await up({ pid: `box:${open.name}` })
})

test('pid: box:NAME with a user namespace: that of the same box, and /proc shows its processes; another one is refused', async () => {
  const users = [{ containerID: 0, hostID: 300_000, size: 65_536 }]
  const mapped = { uidMappings: users, gidMappings: users }
  const first = await up(mapped)
  const joined = { pid: `box:${first.name}`, userns_mode: `box:${first.name}` }
  const second = await up(joined)
  expect((await second.enter(['cat', '/proc/1/comm'])).stdout).toBe('sleep\n')
  // With a /proc of the host all of its processes would be seen.
  expect(() => here.box({ ...idle, ...mapped, pid: `box:${first.name}` })).toThrow(
    /the \/proc of that pid namespace/,
  )
})

test.each([[false], [true]])(
  'a box that cannot be joined is all that up speaks of (detached: %s)',
  async (detach) => {
    const box = here.box({ ...idle, pid: 'box:none' })
    expect(await box.up({ detach })).toEqual({
      status: 125,
      stdout: '',
      stderr:
        `boxes: ${box.name}: the box none, whose namespace is to be joined, is not running\n` +
        '  help: start it first: boxes up -d SPEC; boxes ps lists those that run\n',
    })
  },
)
