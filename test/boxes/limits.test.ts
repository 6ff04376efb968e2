import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, facts, sleep, type TestBox, until, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))
const { cgroup, cpus } = facts()
const v2 = cgroup.version === 'v2'

async function up(spec: Record<string, unknown>) {
  const box = here.box({ rootfs: root, command: ['sleep', '1000'], ...spec })
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  return box
}

/** A file of the box's group, read on the host. */
function group(box: TestBox, file: string): string {
  const [controller = ''] = file.split('.')
  const tree = v2 ? cgroup.v2 : cgroup.v1[controller]
  return readFileSync(`${tree}/boxes/${box.name}/${file}`, 'utf8').trim()
}

/** By the names of both versions. */
const read = (box: TestBox, v1File: string, v2File: string) => group(box, v2 ? v2File : v1File)

test('PID 1 is in the box’s group in every tree that the box limits', async () => {
  const box = await up({})
  const { cgroup: path } = await box.proc()
  for (const controller of v2 ? [''] : ['cpu', 'memory', 'pids', 'devices', 'freezer'])
    expect(path(controller)).toBe(`/boxes/${box.name}`)
})

test('mem_limit, reservation and swap are written', async () => {
  const box = await up({ mem_limit: '64m', mem_reservation: '32m' })
  expect(read(box, 'memory.limit_in_bytes', 'memory.max')).toBe(`${64 << 20}`)
  expect(read(box, 'memory.soft_limit_in_bytes', 'memory.low')).toBe(`${32 << 20}`)
})

test('a box of 32 MB that wants more is killed, and that is told', async () => {
  const eat = 'x=a; while :; do x=$x$x; done'
  const box = await up({
    mem_limit: '32m',
    memswap_limit: '32m',
    command: ['sh', '-c', `echo begin; ${eat}`],
  })
  await until(async () => (await box.status()).status === 3, 'it was killed')
  expect((await box.status()).stdout).toBe('exited 137\n')
  const events = read(box, 'memory.oom_control', 'memory.events')
  expect(Number(/^oom_kill (\d+)$/m.exec(events)?.[1])).toBeGreaterThan(0)
})

test('a child that wants more is killed, the box goes on', async () => {
  const script = 'sh -c "x=a; while :; do x=\\$x\\$x; done"; echo status $?'
  const ran = await here.sh({ rootfs: root, mem_limit: '32m' }, script)
  expect(ran).toMatchObject({ status: 0, stdout: 'status 137\n' })
})

test('a fork bomb stops at pids_limit', async () => {
  const bomb = 'bomb() { bomb | bomb & }; bomb; sleep 1000'
  const box = await up({ pids_limit: 20, command: ['sh', '-c', bomb] })
  await until(() => Number(/\d+/.exec(group(box, 'pids.events'))?.[0]) > 0, 'a fork was refused')
  expect(Number(group(box, 'pids.current'))).toBeLessThanOrEqual(20)
  expect((await box.down('-t', '0')).status).toBe(0)
})

test('the pids of enter count too', async () => {
  const box = await up({ pids_limit: 5 })
  const ran = await box.enter(['sh', '-c', 'for n in 1 2 3 4 5 6 7 8; do sleep 5 & done'])
  expect(ran.stderr).toMatch(/can't fork/)
})

test('a busy loop is held to its cpus', async () => {
  const wanted = cpus > 1 ? 0.5 : 0.3
  const box = await up({ cpus: wanted, command: ['sh', '-c', 'while :; do :; done'] })
  const usage = () =>
    v2
      ? Number(/usage_usec (\d+)/.exec(group(box, 'cpu.stat'))?.[1]) / 1e6
      : Number(group(box, 'cpuacct.usage')) / 1e9
  await sleep(300)
  const [from, began] = [usage(), performance.now()]
  await sleep(2000)
  const used = (usage() - from) / ((performance.now() - began) / 1000)
  expect(used).toBeGreaterThan(wanted * 0.75)
  expect(used).toBeLessThan(wanted * 1.25)
  expect(Number(/nr_throttled (\d+)/.exec(group(box, 'cpu.stat'))?.[1])).toBeGreaterThan(5)
})

test('cpu_shares and cpuset', async () => {
  const box = await up({ cpu_shares: 512, cpuset: '0' })
  expect(read(box, 'cpu.shares', 'cpu.weight')).toBe(v2 ? '20' : '512')
  expect(group(box, 'cpuset.cpus')).toBe('0')
  expect((await box.proc()).status.Cpus_allowed_list).toBe('0')
  expect((await box.enter(['grep', 'Cpus_allowed_list', '/proc/self/status'])).stdout).toMatch(/\t0\n/)
})

/** A disk of this machine and a new directory on it. /tmp may be in memory. */
function onDisk(): { disk: string; directory: string } {
  for (const place of ['/tmp', '/var/tmp', process.cwd()]) {
    const { stdout } = spawnSync('findmnt', ['-vno', 'SOURCE', '--target', place], { encoding: 'utf8' })
    if (!stdout.startsWith('/dev/')) continue
    const block = realpathSync(`/sys/class/block/${basename(realpathSync(stdout.trim()))}`)
    const whole = existsSync(`${block}/partition`) ? dirname(block) : block
    return { disk: basename(whole), directory: mkdtempSync(`${place}/boxes-disk-`) }
  }
  throw new Error('no directory here is on a disk')
}
const { disk, directory } = onDisk()
afterAll(() => rmSync(directory, { recursive: true }))

test('block device limits are written for the device’s number', async () => {
  const box = await up({
    blkio_config: {
      device_read_bps: [{ path: `/dev/${disk}`, rate: '1m' }],
      device_write_iops: [{ path: `/dev/${disk}`, rate: 100 }],
    },
  })
  const [number] = readFileSync(`/sys/block/${disk}/dev`, 'utf8').trim().split('\n')
  if (v2) expect(group(box, 'io.max')).toBe(`${number} rbps=1048576 wbps=max riops=max wiops=100`)
  else {
    expect(group(box, 'blkio.throttle.read_bps_device')).toBe(`${number} 1048576`)
    expect(group(box, 'blkio.throttle.write_iops_device')).toBe(`${number} 100`)
  }
})

test('block device limits bite: 2 MiB of direct input and output at 1 MiB/s', async () => {
  const rate = [{ path: `/dev/${disk}`, rate: '1m' }]
  const copy = (from: string, to: string, flag: string) =>
    `dd if=${from} of=${to} bs=256k count=8 ${flag}=direct`
  const script = `${copy('/dev/zero', '/vol/blocks', 'oflag')} && ${copy('/vol/blocks', '/dev/null', 'iflag')}`
  for (const [direction, blkio_config] of [
    ['none', {}],
    ['write', { device_write_bps: rate }],
    ['read', { device_read_bps: rate }],
  ] as const) {
    const spec = { blkio_config, volumes: [`${directory}:/vol`] }
    const ran = await here.sh({ rootfs: 'host', ...spec }, script)
    const [write, read] = [...ran.stderr.matchAll(/copied, ([0-9.e-]+) s/g)].map(([, seconds]) =>
      Number(seconds),
    )
    for (const [way, seconds] of [
      ['write', write],
      ['read', read],
    ] as const)
      if (way === direction) expect(seconds).toBeGreaterThan(1.5)
      else expect([direction, way, (seconds ?? 9) < 0.75]).toEqual([direction, way, true])
  }
})

test('device rules: all denied but the usual ones and those asked for', async () => {
  if (v2) return
  const box = await up({ devices: ['/dev/kmsg:/dev/kmsg:r'], device_cgroup_rules: ['b 7:* rw'] })
  const lines = group(box, 'devices.list').split('\n')
  expect(lines).not.toContain('a *:* rwm')
  expect(lines).toEqual(
    expect.arrayContaining(['c *:* m', 'b *:* m', 'c 1:3 rwm', 'c 136:* rwm', 'c 1:11 r', 'b 7:* rw']),
  )
  expect(lines).toHaveLength(12)
})

test('a limit below what the kernel takes is an error that names the field', async () => {
  expect(() => here.box({ rootfs: root, command: ['true'], mem_limit: '1k' })).toThrow(/mem_limit/)
  expect(() => here.box({ rootfs: root, command: ['true'], cpus: cpus + 1 })).toThrow(/cpus/)
})

test('groups that the box makes below its own go with it', async () => {
  const box = await up({ privileged: true, cgroup: 'host' })
  const tree = v2 ? cgroup.v2 : cgroup.v1.pids
  await box.enter(['sh', '-c', `mkdir -p ${tree}/boxes/${box.name}/inner/deep`])
  expect((await box.down('-t', '0')).status).toBe(0)
  expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
})
