import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterAll, describe, expect, test } from '@jest/globals'
import { anna, busyboxRoot, facts, proc, world } from '../harness/index.ts'
import { without } from '../security/attack.ts'

const here = world('anna')
const root = busyboxRoot(undefined, anna)
const theirs = busyboxRoot()
afterAll(() => {
  for (const path of [root, theirs]) rmSync(path, { recursive: true })
})
const spec = { rootfs: root }

async function up(more: Record<string, unknown> = {}) {
  const box = here.box({ command: ['sleep', '1000'], ...spec, ...more })
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  return box
}

test('every namespace is the box’s own', async () => {
  const { namespace } = await (await up()).proc()
  const ours = proc(process.pid).namespace
  for (const kind of ['mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time', 'user'] as const)
    expect({ kind, inode: namespace(kind) }).not.toEqual({ kind, inode: ours(kind) })
})

describe('ids', () => {
  test('root in the box is the caller, the others are from /etc/subuid', async () => {
    const { text, status } = await (await up()).proc()
    expect(text('uid_map').trim().split(/\s+/)).toEqual(['0', '4242', '1', '1', '1000000', '65536'])
    expect(text('gid_map').trim().split(/\s+/)).toEqual(['0', '4242', '1', '1', '1000000', '65536'])
    expect(status.Uid).toBe('4242\t4242\t4242\t4242')
  })

  test('another user is one of these, without rights', async () => {
    const { status } = await (await up({ user: 'app' })).proc()
    expect(status.Uid).toBe('1001000\t1001000\t1001000\t1001000')
    expect(status).toMatchObject({ CapEff: '0000000000000000', Seccomp: '2', NoNewPrivs: '1' })
  })

  test('what a box writes as another user is removed by down', async () => {
    const box = await up({
      command: ['sh', '-c', 'mkdir -m 700 /d; touch /d/f; chown -R app /d; sleep 1000'],
    })
    const { data } = box.box.paths
    expect(
      (await box.enter(['sh', '-c', 'until [ "$(stat -c %U /d)" = app ]; do sleep 0.05; done'])).status,
    ).toBe(0)
    expect(statSync(`${data}/upper/d`).uid).toBe(1001000)
    expect(await box.down('-t', '0')).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(existsSync(data)).toBe(false)
  })

  test('keep-id: the caller has the same id inside, and is who runs there', async () => {
    const box = await up({ userns_mode: 'keep-id' })
    expect((await box.enter(['id', '-u'])).stdout).toBe('4242\n')
    const { status } = await box.proc()
    expect(status.Uid).toBe('4242\t4242\t4242\t4242')
    expect(status.CapEff).toBe('0000000000000000')
  })

  test('auto: two boxes have no id in common but the caller’s own', async () => {
    const maps = []
    for (const box of [await up({ userns_mode: 'auto' }), await up({ userns_mode: 'auto' })]) {
      expect((await box.enter(['sh', '-c', 'id -u; touch /x && stat -c %u /x'])).stdout).toBe('0\n0\n')
      const [, first = '', size, own] = (await box.proc()).text('uid_map').trim().split(/\s+/)
      expect({ size, own }).toEqual({ size: '4096', own: '4096' })
      maps.push(Number(first))
    }
    expect(Math.abs((maps[0] ?? 0) - (maps[1] ?? 0))).toBeGreaterThanOrEqual(4096)
  })

  test('ids of others are refused before anything is made', () => {
    expect(() =>
      here.box({
        ...spec,
        command: ['true'],
        uidMappings: [{ containerID: 0, hostID: 5000, size: 10 }],
        gidMappings: [{ containerID: 0, hostID: 4242, size: 1 }],
      }),
    ).toThrow(/not all yours to map/)
  })
})

describe('the root file system', () => {
  test('overlay: the lower one is never written', async () => {
    const box = await up()
    expect(box.box.layer).toBe('userxattr')
    expect(
      (await box.enter(['sh', '-c', 'echo x >>/etc/passwd; rm /bin/ls; ! test -e /bin/ls'])).status,
    ).toBe(0)
    expect(existsSync(`${root}/bin/ls`)).toBe(true)
  })

  test('one of others, which lacks what is to be made in it: whose it should be', async () => {
    const box = here.box({ rootfs: theirs, command: ['true'] })
    expect(await box.up()).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(
        /make the file \/etc\/hosts: .*\n {2}help: \/etc is of another user; make .* yours/,
      ),
    })
  })

  test.each([
    ['fuse-overlayfs', 'none'],
    ['copy', 'fuse-overlayfs'],
  ] as const)('before Linux 5.11: %s, and it says so', async (layer, without) => {
    const host = facts('anna')
    const { [without]: _, ...rest } = host.tools
    const old = { ...host, kernel: [5, 10] as const, tools: rest }
    const box = here.box(
      { ...spec, command: ['sh', '-c', 'cat /kept; echo kept >/kept; rm /bin/ls; id -u app'] },
      old,
    )
    expect(box.box.layer).toBe(layer)
    expect(box.box.notes.join()).toMatch(layer === 'copy' ? /a copy of its root/ : /fuse-overlayfs/)
    expect(await box.up()).toMatchObject({ status: 0, stdout: '1001\n' })
    expect(await box.up()).toMatchObject({ stdout: 'kept\n1001\n' })
    expect(existsSync(`${root}/bin/ls`)).toBe(true)
    await box.down('-t', '0')
    expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
  })

  test('the host’s own, by fuse-overlayfs; what is mounted below / is left out', async () => {
    const ran = await here.sh(
      {},
      'id -u; ls /proc | grep -cx meminfo; cat /etc/shadow; echo x >/usr/new && cat /usr/new',
    )
    expect(ran).toMatchObject({ status: 0, stdout: '0\n1\nx\n' })
    expect(ran.stderr).toMatch(/shadow: Permission denied/)
  })

  test('a link that a box has left in its layer is not followed, as it would be without the check', async () => {
    for (const weak of [false, true]) {
      const box = here.box({ rootfs: 'host', command: ['true'] })
      if (weak) without(box, '$new || -d _ or last')
      expect(await box.up()).toMatchObject({ status: 0 })
      const outside = here.own(mkdtempSync(`${here.directory}/outside-`))
      rmSync(`${box.box.paths.data}/upper/sys/fs`, { recursive: true })
      symlinkSync(outside, `${box.box.paths.data}/upper/sys/fs`)
      await box.up()
      expect({ weak, made: readdirSync(outside) }).toEqual({ weak, made: weak ? ['cgroup'] : [] })
    }
  })
})

test('files of /dev are those of the host, and no others can be made', async () => {
  const ran = await here.sh(
    { ...spec },
    'echo x >/dev/null && head -c 4 /dev/zero | wc -c && head -c 2 /dev/urandom | wc -c; mknod /k c 1 3',
  )
  expect(ran.stdout).toBe('4\n2\n')
  expect(ran.stderr).toMatch(/mknod.*not permitted/)
})

test('a volume of the caller can be written, one of others only read', async () => {
  const theirs = here.file('theirs', 'secret\n')
  const ran = await here.sh(
    { ...spec, volumes: [`${here.directory}/v:/v`, `${theirs}:/t:ro`] },
    'echo x >/v/f; cat /t; echo y >/t',
  )
  expect(ran.stdout).toBe('secret\n')
  expect(statSync(`${here.directory}/v/f`).uid).toBe(anna)
})

test('exit status, signals, restart: as for root', async () => {
  const box = here.box({ ...spec, command: ['sh', '-c', 'cat /kept; echo kept >/kept; exit 4'] })
  expect(await box.up()).toMatchObject({ status: 4, stdout: '' })
  expect(await box.up()).toMatchObject({ status: 4, stdout: 'kept\n' })
  await box.down()
  expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
})

test('a terminal', async () => {
  const box = await up({ tty: true })
  expect((await box.enter(['-t', 'sh', '-c', 'test -t 0 && echo x >/dev/tty'])).stdout).toBe('x\r\n')
})

test('ids that another box took meanwhile are not taken twice', async () => {
  const taking = { ...spec, userns_mode: 'auto', command: ['sleep', '1000'] }
  const first = await up({ userns_mode: 'auto' })
  const second = here.box(taking)
  const [own, other] = [first, second].map(({ box }) => box.namespaces.uidMappings[0]?.hostID ?? 0)
  const text = readFileSync(second.program, 'utf8').replaceAll(`${other} 4096`, `${own} 4096`)
  writeFileSync(second.program, text)
  expect(await second.up({ detach: true })).toMatchObject({
    status: 75,
    stderr: expect.stringContaining('are not free'),
  })
  expect(existsSync(second.box.paths.data)).toBe(false)
})

test('boxes that are planned at the same time get ids of their own, all of them', async () => {
  const boxes = Array.from({ length: 6 }, () =>
    here.box({ ...spec, userns_mode: 'auto', command: ['sleep', '1000'] }),
  )
  const ups = await Promise.all(boxes.map((box) => here.cli(['up', '-d', box.spec])))
  expect(ups.map(({ status }) => status)).toEqual(boxes.map(() => 0))
  const ids = boxes.map((box) => readFileSync(`${box.box.paths.data}/ids`, 'utf8'))
  expect(new Set(ids).size).toBe(boxes.length)
  for (const box of boxes) await box.down('-t', '0')
})

test('a box whose layer belongs to other ids is refused, and keeps those that it has', async () => {
  const box = here.box({ ...spec, userns_mode: 'auto', command: ['true'] })
  expect((await box.up()).status).toBe(0)
  const ids = readFileSync(`${box.box.paths.data}/ids`, 'utf8')
  const own = box.box.namespaces.uidMappings[0]?.hostID ?? 0
  const other = own === 1000000 ? 1004096 : 1000000
  writeFileSync(box.program, readFileSync(box.program, 'utf8').replaceAll(`${own}`, `${other}`))
  expect(await box.up()).toMatchObject({
    status: 125,
    stderr: expect.stringContaining('its writable layer lies on another root'),
  })
  expect(readFileSync(`${box.box.paths.data}/ids`, 'utf8')).toBe(ids)
})
