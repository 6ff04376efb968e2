import { rmSync, statSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, proc, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))
const mapping = [{ containerID: 0, hostID: 300000, size: 65536 }]
const spec = { rootfs: root, uidMappings: mapping, gidMappings: mapping }

async function up(more: Record<string, unknown> = {}) {
  const box = here.box({ command: ['sleep', '1000'], ...spec, ...more })
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  return box
}

test('the user namespace is the box’s own, with the mappings as asked', async () => {
  const { namespace, text } = await (await up()).proc()
  expect(namespace('user')).not.toBe(proc(process.pid).namespace('user'))
  expect(text('uid_map').trim().split(/\s+/)).toEqual(['0', '300000', '65536'])
  expect(text('gid_map').trim().split(/\s+/)).toEqual(['0', '300000', '65536'])
})

test('root in the box is an ordinary user of the host', async () => {
  const box = await up()
  const { status } = await box.proc()
  expect(status.Uid).toBe(['300000', '300000', '300000', '300000'].join('\t'))
  expect((await box.enter(['id', '-u'])).stdout).toBe('0\n')
})

test('another user too', async () => {
  const { status } = await (await up({ user: 'app' })).proc()
  expect(status.Uid?.split('\t')[0]).toBe('301001')
  expect(status).toMatchObject({ CapEff: '0000000000000000', Seccomp: '2', NoNewPrivs: '1' })
})

test('the root’s files are owned by the box’s root, and unchanged on disk', async () => {
  const box = await up()
  expect((await box.enter(['stat', '-c', '%u:%g', '/bin/busybox', '/etc/passwd'])).stdout).toBe('0:0\n0:0\n')
  expect(statSync(`${root}/bin/busybox`).uid).toBe(0)
})

test('what the box writes belongs to its root, outside by the host’s number', async () => {
  const box = await up()
  expect((await box.enter(['sh', '-c', 'echo x >/new; stat -c %u /new'])).stdout).toBe('0\n')
  expect(statSync(`${box.box.paths.data}/upper/new`).uid).toBe(300000)
})

test('the box’s capabilities are over its own namespaces only', async () => {
  const box = await up()
  expect((await box.proc()).status.CapEff).toBe('00000000a80425fb')
  const ran = await box.enter([
    'sh',
    '-c',
    'hostname other; chown 1 /etc/passwd && echo changed; mknod /k c 1 1',
  ])
  expect(ran.stdout).toBe('changed\n')
  expect(ran.stderr).toMatch(/mknod.*not permitted/)
})

test('/proc, /sys and /dev are there, private, masked', async () => {
  const ran = await here.sh(
    spec,
    'echo /proc/[0-9]*; wc -c </proc/keys; echo x >/dev/null && ls /dev/shm; touch /proc/sys/kernel/x',
  )
  expect(ran.stdout).toBe('/proc/1\n0\n')
})

test('ids that have no mapping cannot be taken', async () => {
  const ran = await here.box({ ...spec, command: ['true'], user: '70000' }).up()
  expect(ran.status).toBe(125)
})

test('stop, up and down as for any box', async () => {
  const box = here.box({ ...spec, command: ['sh', '-c', 'cat /kept; echo kept >/kept; exit 4'] })
  expect(await box.up()).toMatchObject({ status: 4, stdout: '' })
  expect(await box.up()).toMatchObject({ status: 4, stdout: 'kept\n' })
  await box.down()
  expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
})

test('a box joins the user namespace of another', async () => {
  const first = await up()
  const second = here.box({ rootfs: root, userns_mode: `box:${first.name}`, command: ['sleep', '1000'] })
  expect(await second.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  expect((await second.proc()).namespace('user')).toBe((await first.proc()).namespace('user'))
})

test('a terminal of its own, and one for enter', async () => {
  const box = await up({ tty: true })
  expect((await box.enter(['-t', 'sh', '-c', 'test -t 0 && echo x >/dev/tty'])).stdout).toBe('x\r\n')
})
