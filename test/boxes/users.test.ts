import { chownSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, describe, expect, test } from '@jest/globals'
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

describe('volumes with mapped owners', () => {
  /** A directory and a file in it that belong to root, and a file of user 5, group 6. */
  function source(name: string): string {
    const path = `${here.directory}/${name}`
    mkdirSync(path, { mode: 0o700 })
    writeFileSync(`${path}/root`, `${name}\n`)
    writeFileSync(`${path}/other`, '')
    chownSync(`${path}/other`, 5, 6)
    return path
  }
  const owners = 'stat -c "%u:%g %n" . root other'
  const owner = (path: string) => `${statSync(path).uid}:${statSync(path).gid}`

  test('without it the owners are nobody the box knows, and root’s files are closed', async () => {
    const path = source('plain')
    const ran = await here.sh({ ...spec, volumes: [`${path}:/v`] }, 'stat -c %u:%g /v; ls /v; touch /v/new')
    expect(ran.stdout).toBe('65534:65534\n')
    expect(ran.stderr).toMatch(/ls: .*Permission denied\n(.*\n)*touch: .*Permission denied/)
  })

  test('with it they are the same numbers inside, and what the box makes is so on disk', async () => {
    const path = source('same')
    const ran = await here.sh(
      { ...spec, volumes: [`${path}:/v:idmap`] },
      `cd /v; ${owners}; echo x >new; touch given; chown 7:8 given; stat -c %u:%g new given`,
    )
    expect(ran).toMatchObject({ status: 0, stdout: '0:0 .\n0:0 root\n5:6 other\n0:0\n7:8\n', stderr: '' })
    expect([owner(`${path}/new`), owner(`${path}/given`), owner(`${path}/other`)]).toEqual([
      '0:0',
      '7:8',
      '5:6',
    ])
  })

  test('another user of the box writes as itself', async () => {
    const path = source('app')
    chownSync(path, 1001, 1001)
    const ran = await here.sh(
      { ...spec, user: 'app', volumes: [`${path}:/v:idmap`] },
      'touch /v/mine; stat -c %u /v/mine',
    )
    expect(ran.stdout).toBe('1001\n')
    expect(owner(`${path}/mine`)).toBe('1001:1001')
  })

  test('the process outside is still another user', async () => {
    const box = await up({ volumes: [`${source('outside')}:/v:idmap`] })
    expect((await box.proc()).status.Uid?.split('\t')[0]).toBe('300000')
  })

  test('only read, also by the long form; a single file', async () => {
    const path = source('read')
    const long = { type: 'bind', source: path, target: '/long', read_only: true, bind: { idmap: true } }
    const ran = await here.sh(
      { ...spec, volumes: [`${path}:/v:ro,idmap`, long, `${path}/root:/etc/one:idmap`] },
      `cd /v; ${owners}; touch /v/new; touch /long/new; stat -c %u /long/root /etc/one; echo more >>/etc/one`,
    )
    expect(ran.stdout).toBe('0:0 .\n0:0 root\n5:6 other\n0\n0\n')
    expect(ran.stderr).toMatch(/\/v\/new: Read-only.*\n.*\/long\/new: Read-only/)
    expect(readFileSync(`${path}/root`, 'utf8')).toBe('read\nmore\n')
  })

  test('one in another, mapped or not', async () => {
    const [outer, inner, plain] = [source('outer'), source('inner'), source('not-mapped')]
    const ran = await here.sh(
      { ...spec, volumes: [`${inner}:/v/deep/in:ro,idmap`, `${outer}:/v:idmap`, `${plain}:/v/plain`] },
      'stat -c %u:%g /v /v/deep /v/deep/in/other /v/plain; cat /v/deep/in/root; touch /v/deep/in/x',
    )
    expect(ran.stdout).toBe('0:0\n0:0\n5:6\n65534:65534\ninner\n')
    expect(ran.stderr).toMatch(/Read-only/)
    expect(owner(`${outer}/deep`)).toBe('0:0')
  })

  test('a file system that cannot is refused, with the field and the reason, and nothing is left', async () => {
    const box = here.box({ ...spec, volumes: ['/proc/sys:/v:idmap'], command: ['true'] })
    const ran = await box.up()
    expect(ran.status).toBe(125)
    expect(ran.stderr).toMatch(/Invalid argument/)
    expect(ran.stderr).toMatch(/volumes\[0\]: its owners could not be mapped: see above\n {2}help: /)
    expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
  })

  test('in the user namespace of another box', async () => {
    const first = await up()
    const path = source('joined')
    const ran = await here.sh(
      { rootfs: root, userns_mode: `box:${first.name}`, volumes: [`${path}:/v:idmap`] },
      `cd /v; ${owners}`,
    )
    expect(ran.stdout).toBe('0:0 .\n0:0 root\n5:6 other\n')
  })
})

test('a terminal of its own, and one for enter', async () => {
  const box = await up({ tty: true })
  expect((await box.enter(['-t', 'sh', '-c', 'test -t 0 && echo x >/dev/tty'])).stdout).toBe('x\r\n')
})
