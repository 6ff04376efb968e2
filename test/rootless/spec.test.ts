import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { anna, busyboxRoot, until, world } from '../harness/index.ts'

// What the fields of a spec mean for an ordinary user.
const here = world('anna')
const root = here.own(busyboxRoot(`${here.directory}/image`))
const spec = { rootfs: root }
const sleeping = { ...spec, command: ['sleep', '1000'] }

function source(name: string): string {
  const path = `${here.directory}/${name}`
  mkdirSync(path)
  writeFileSync(`${path}/file`, `${name}\n`)
  return here.own(path)
}

async function up(more: Record<string, unknown> = {}) {
  const box = here.box({ ...sleeping, ...more })
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  return box
}

test('volumes: read-only, one in memory, one within another; a missing source is made, the caller’s', async () => {
  const [outer, inner, shut] = [source('outer'), source('inner'), source('shut')]
  const ran = await here.sh(
    {
      ...spec,
      tmpfs: ['/scratch:size=1m,mode=1770'],
      volumes: [
        `${outer}:/v`,
        `${inner}:/v/in`,
        `${shut}:/shut:ro`,
        `${here.directory}/fresh:/fresh`,
        { type: 'tmpfs', target: '/v/memory', tmpfs: { size: '1m', mode: '0710' } },
      ],
    },
    `cat /v/file /v/in/file /shut/file; echo x >/v/in/new; touch /shut/new; touch /fresh/new
     stat -c '%a %u' /scratch /v/memory; stat -f -c %T /scratch /v/memory; ls -A /dev | grep mount`,
  )
  expect(ran.stdout).toBe('outer\ninner\nshut\n1770 0\n710 0\ntmpfs\ntmpfs\n')
  expect(ran.stderr).toMatch(/shut\/new: Read-only file system/)
  expect(readdirSync(inner).sort()).toEqual(['file', 'new'])
  expect(statSync(`${here.directory}/fresh/new`).uid).toBe(anna)
})

test('a volume below another’s directory that the caller may not read: one error', async () => {
  const theirs = source('theirs')
  spawnSync('sh', ['-c', `chown -R 0:0 ${theirs}; chmod 700 ${theirs}`])
  const ran = await here.sh({ ...spec, volumes: [`${theirs}/file:/f`] }, 'cat /f')
  expect(ran).toMatchObject({
    status: 125,
    stdout: '',
    stderr: expect.stringMatching(/theirs.*: Permission denied\n.*volumes\[0\]/),
  })
})

test('read_only, hostname, sysctls of the network, ulimits, umask, groups', async () => {
  const ran = await here.sh(
    {
      ...spec,
      read_only: true,
      hostname: 'annas',
      domainname: 'example.org',
      sysctls: { 'net.ipv4.ip_unprivileged_port_start': '77' },
      ulimits: { nofile: { soft: 64, hard: 128 } },
      umask: '027',
      group_add: ['video', '2002'],
      tmpfs: ['/tmp'],
    },
    `hostname; cat /proc/sys/kernel/domainname /proc/sys/net/ipv4/ip_unprivileged_port_start; ulimit -n; ulimit -Hn; umask; id -G
     touch /x; touch /tmp/x && ls /tmp`,
  )
  expect(ran.stdout).toBe('annas\nexample.org\n77\n64\n128\n0027\n0 44 2002\nx\n')
  expect(ran.stderr).toMatch(/\/x: Read-only/)
})

test('a sysctl of the machine is refused before anything is made', () => {
  expect(() => here.box({ ...sleeping, sysctls: { 'kernel.core_pattern': 'x' } })).toThrow(/core_pattern/)
})

test('a limit above the hard one of the caller is refused before anything is made', () => {
  expect(() => here.box({ ...sleeping, ulimits: { nofile: 1 << 30 } })).toThrow(/the hard limit here is/)
})

test('time: the uptime begins where it should', async () => {
  const ran = await here.sh({ ...spec, timeOffsets: { boottime: 1_000_000 } }, 'cut -d. -f1 /proc/uptime')
  expect(Number(ran.stdout)).toBeGreaterThan(1_000_000)
})

test('init: a reaper is PID 1', async () => {
  const box = await up({ init: true })
  expect((await box.proc()).args.join(' ')).toMatch(/init/)
  const orphan = '( sleep 0.1 & ); sleep 0.3; grep -l "^State:.Z" /proc/[0-9]*/status; true'
  expect((await box.enter(['sh', '-c', orphan])).stdout).toBe('')
  expect(await box.stop('-t', '5')).toMatchObject({ status: 0 })
  expect((await box.status()).stdout).toBe('exited 143\n')
})

test('what a detached box says is kept, and a terminal is a new one', async () => {
  const box = await up({ tty: true, command: ['sh', '-c', 'tty; echo err >&2; exec sleep 1000'] })
  await until(async () => (await box.logs()).stdout.includes('err'), 'it is kept')
  expect((await box.logs()).stdout).toBe('/dev/console\r\nerr\r\n')
  expect((await box.enter(['-t', 'sh', '-c', 'tty; exit 3'])).status).toBe(3)
  expect((await box.enter(['-T', 'tty'])).stdout).toBe('not a tty\n')
})

test('privileged: all capabilities, in its user namespace only', async () => {
  const ran = await here.sh(
    { ...spec, privileged: true },
    'grep CapEff /proc/self/status; mount -t tmpfs x /tmp && echo mounted; mknod /k c 1 3; echo 1 >/proc/sys/vm/drop_caches; true',
  )
  expect(ran.stdout).toMatch(/CapEff:\t[0-9a-f]*ffffffff\nmounted\n/)
  expect(ran.stderr).toMatch(/mknod.*not permitted/)
  expect(ran.stderr).toMatch(/drop_caches/)
})

test.each(['pid', 'ipc', 'uts', 'network_mode', 'time', 'cgroup'])('%s: host', async (field) => {
  const box = await up({ [field]: 'host' })
  const kind =
    { pid: 'pid', ipc: 'ipc', uts: 'uts', network_mode: 'net', time: 'time', cgroup: 'cgroup' }[field] ?? ''
  const { namespace } = await box.proc()
  expect(namespace(kind)).toBe(
    spawnSync('readlink', [`/proc/self/ns/${kind}`], { encoding: 'utf8' }).stdout.trim(),
  )
  expect((await box.enter(['echo', 'in'])).stdout).toBe('in\n')
  expect(await box.down('-t', '0')).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
})

test('namespaces of another box: network, ipc, uts and pid, with its users', async () => {
  const first = await up()
  const second = await up({
    userns_mode: `box:${first.name}`,
    ...Object.fromEntries(['network_mode', 'ipc', 'uts', 'pid'].map((field) => [field, `box:${first.name}`])),
  })
  const [one, other] = [await first.proc(), await second.proc()]
  for (const kind of ['user', 'net', 'ipc', 'uts', 'pid'])
    expect([kind, other.namespace(kind)]).toEqual([kind, one.namespace(kind)])
  expect(other.namespace('mnt')).not.toBe(one.namespace('mnt'))
  expect((await second.enter(['cat', '/proc/1/comm'])).stdout).toBe('sleep\n')
  expect(await second.down('-t', '0')).toEqual({ status: 0, stdout: '', stderr: '' })
  expect((await first.status()).stdout).toMatch(/^running/)
})

test('the pid namespace of another box without its users: there would be no /proc but that of the host', () => {
  expect(() => here.box({ ...sleeping, pid: 'box:web' })).toThrow(/userns_mode: box:web/)
})

test('mount: box: a second command in the same root', async () => {
  const first = await up()
  const second = here.box({
    mount: `box:${first.name}`,
    userns_mode: `box:${first.name}`,
    command: ['sh', '-c', 'echo shared >/shared'],
  })
  expect(await second.up()).toMatchObject({ status: 0, stderr: '' })
  expect((await first.enter(['cat', '/shared'])).stdout).toBe('shared\n')
})

test('a mapping of one’s own', async () => {
  const one = (hostID: number, containerID: number, size: number) => ({ containerID, hostID, size })
  const users = [one(anna, 0, 1), one(1_010_000, 1, 5000)]
  const box = await up({ uidMappings: users, gidMappings: users, user: 'app' })
  expect((await box.proc()).status.Uid).toMatch(/^1011000\t/)
})

test('a tarball whose files have several owners: right inside, unpacked once, anew for another mapping', async () => {
  const owned = busyboxRoot(`${here.directory}/owned`)
  const script = `chown 1001:1001 home/app && chmod 700 home/app && : >home/app/mine && chown 1001:44 home/app/mine && chmod 6750 home/app/mine && tar -cf ../owned.tar .`
  expect(spawnSync('sh', ['-c', script], { cwd: owned }).status).toBe(0)
  const look = 'stat -c "%u:%g %a" / /home/app /home/app/mine; echo x >>/home/app/mine'
  const entries = () =>
    readdirSync(`${here.root}/roots`).map((name) => statSync(`${here.root}/roots/${name}`).ino)
  const tarball = { rootfs: `${owned}.tar`, command: ['sh', '-c', look] }
  const expected = { status: 0, stdout: '0:0 755\n1001:1001 700\n1001:44 6750\n', stderr: '' }
  const box = here.box(tarball)
  expect(await box.up()).toEqual(expected)
  const [made] = entries()
  expect(await here.box(tarball).up()).toEqual(expected)
  expect(entries()).toEqual([made])
  expect(await here.box({ ...tarball, userns_mode: 'auto' }).up()).toEqual(expected)
  expect(entries()).toHaveLength(2)
  // As README tells to remove it.
  const kept = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, command = ''] = /`(unshare --map-auto [^`]*)`/.exec(kept) ?? []
  expect(command).toContain('~/.local/share/boxes/roots')
  await here.end()
  const line = command.replace('~/.local/share/boxes', here.root)
  expect(await here.as(['sh', '-c', line])).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(readdirSync(`${here.root}/roots`)).toEqual([])
})
