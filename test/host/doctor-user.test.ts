import { describe, expect, test } from '@jest/globals'
import { diagnose } from '../../src/host/doctor.ts'
import type { Host } from '../../src/host/host.ts'
import { printDoctor } from '../../src/host/print-doctor.ts'
import { hostFacts as facts, resolveText } from '../spec/fake.ts'

const anna = facts('debian12-user')
const having = (user: Partial<Host['user']>, rest: Partial<Host> = {}): Host => ({
  ...anna,
  ...rest,
  user: { ...anna.user, ...user },
})
const without = (...names: readonly string[]): Host => ({
  ...anna,
  tools: Object.fromEntries(Object.entries(anna.tools).filter(([name]) => !names.includes(name))),
})
const finding = (host: Host, what: string) => diagnose(host).find((one) => one.what === what)

test('root is told nothing of what ordinary users need', () => {
  const host = facts('debian13-v2')
  expect(diagnose(host).filter(({ group }) => group === 'user')).toEqual([])
  expect(printDoctor(host, diagnose(host), { color: false })).not.toMatch(/Ordinary user|subuid/)
})

test('an ordinary user is not told that boxes take root', () => {
  const text = printDoctor(anna, diagnose(anna), { color: false })
  expect(text).toMatch(/^bookworm-user: .*, an ordinary user, cgroup none\n\nOrdinary user\n/)
  expect(text).not.toMatch(/as root|no box can start/)
  expect(diagnose(anna).filter(({ group, ok }) => group === 'user' && !ok)).toEqual([])
})

test('each thing that is missing has its cost and a remedy', () => {
  const bare = having(
    { subuids: [], subgids: [], runRoot: '/tmp/boxes-1000', locks: ['user.max_user_namespaces=0'] },
    { tools: {}, filesystems: [], namespaces: [], kernel: [5, 4] },
  )
  const missing = diagnose(bare).filter(({ group, ok }) => group === 'user' && !ok)
  expect(missing).toHaveLength(10)
  for (const one of missing) {
    expect(one.cost).not.toBe('')
    expect(`${one.package}${one.remedy}`).not.toBe('')
  }
})

describe('user namespaces', () => {
  test.each([
    ['kernel.unprivileged_userns_clone=0', 'sysctl -w kernel.unprivileged_userns_clone=1'],
    ['user.max_user_namespaces=0', 'sysctl -w user.max_user_namespaces=15000'],
    ['kernel.apparmor_restrict_unprivileged_userns=1', 'an AppArmor profile for /usr/bin/perl'],
  ])('shut by %s', (lock, remedy) => {
    const host = having({ locks: [lock] })
    expect(finding(host, 'user namespaces allowed')).toMatchObject({
      ok: false,
      found: `shut by ${lock}`,
      cost: 'no box can start',
      remedy: expect.stringContaining(remedy),
    })
    expect(helpOf(host)).toContain(finding(host, 'user namespaces allowed')?.remedy)
  })

  test('by two switches: both are named', () => {
    const locks = ['user.max_user_namespaces=0', 'kernel.apparmor_restrict_unprivileged_userns=1']
    expect(finding(having({ locks }), 'user namespaces allowed')?.remedy).toMatch(
      /max_user_namespaces.*; and an AppArmor/,
    )
  })

  test('the root of one is no ordinary user', () => {
    expect(finding(having({ uid: 0, name: 'root' }), 'user')).toMatchObject({
      ok: false,
      cost: 'no box can start',
    })
  })
})

test('ids: whose they are, and the line that gives them', () => {
  expect(finding(anna, '/etc/subuid')).toMatchObject({ ok: true, found: '100000-165535' })
  const host = having({ subgids: [] })
  expect(finding(host, '/etc/subgid')).toMatchObject({
    ok: false,
    cost: 'no box can start: there are no ids for anna',
    remedy: 'usermod --add-subuids 100000-165535 --add-subgids 100000-165535 anna',
  })
  expect(helpOf(host)).toContain(finding(host, '/etc/subgid')?.remedy)
})

test('the writable layer: what stands in for the kernel’s overlay', () => {
  const old = { kernel: [5, 10] } as const
  expect(finding({ ...anna, ...old }, 'overlay by a user')).toMatchObject({
    ok: false,
    fallback: 'fuse-overlayfs',
  })
  const bare = { ...without('fuse-overlayfs'), ...old }
  expect(finding(bare, 'overlay by a user')?.fallback).toBe('each box has a copy of its root file system')
  expect(finding(bare, 'fuse-overlayfs')).toMatchObject({
    ok: false,
    package: 'fuse-overlayfs',
    cost: 'rootfs: host is refused',
  })
})

test('a tool that is there, and may not open its device', () => {
  const closed = having({ devices: [] })
  for (const tool of ['pasta', 'slirp4netns'])
    expect(finding(closed, tool)).toMatchObject({
      ok: false,
      package: '',
      found: `/usr/bin/${tool}, but anna may not open /dev/net/tun`,
      remedy: 'as root: modprobe tun; chmod 666 /dev/net/tun',
    })
  expect(finding(closed, 'fuse-overlayfs')).toMatchObject({
    ok: false,
    remedy: 'as root: modprobe fuse; chmod 666 /dev/fuse',
  })
  expect(helpOf(closed)).toContain('as root: modprobe fuse; chmod 666 /dev/fuse')
})

test.each([
  ['newuidmap', 'uidmap'],
  ['newgidmap', 'uidmap'],
  ['pasta', 'passt'],
  ['slirp4netns', 'slirp4netns'],
])('%s comes with %s', (tool, pack) => {
  expect(finding(without(tool), tool)).toMatchObject({ ok: false, package: pack })
})

test('packages are named as the distribution names them', () => {
  const { tools: found } = without('newuidmap', 'apt-get')
  const tools = { ...found, apk: { path: '/sbin/apk', version: '' } }
  expect(finding({ ...anna, tools }, 'newuidmap')?.package).toBe('shadow-uidmap')
})

test('nothing stands in for perl: no other launcher enters a user namespace', () => {
  const root = facts('alpine')
  const { perl: _, ...tools } = root.tools
  expect(finding({ ...root, tools }, 'perl')?.fallback).toMatch(/setpriv and capsh/)
  expect(finding({ ...anna, tools }, 'perl')?.fallback).toBe('')
})

test('without XDG_RUNTIME_DIR: /tmp, and how it is had', () => {
  expect(finding(having({ runRoot: '/tmp/boxes-1000' }), 'XDG_RUNTIME_DIR')).toMatchObject({
    ok: false,
    found: '/tmp/boxes-1000',
    remedy: expect.stringContaining('systemd-logind'),
  })
})

describe('control groups', () => {
  test('none is delegated: one row says so, and how it is had', () => {
    expect(diagnose(anna).filter(({ group }) => group === 'cgroup')).toEqual([
      expect.objectContaining({
        what: 'cgroups',
        ok: false,
        fallback: 'boxes without groups',
        remedy: expect.stringMatching(/loginctl enable-linger.*Delegate=/),
      }),
    ])
  })

  test('some controllers are delegated: the others are not held, and have the drop-in', () => {
    const cgroup = {
      ...facts('debian13-v2').cgroup,
      v2: '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service',
      v2Controllers: ['memory', 'pids'],
    }
    const host = { ...anna, cgroup }
    expect(finding(host, 'memory controller')?.ok).toBe(true)
    expect(finding(host, 'cpu controller')).toMatchObject({
      ok: false,
      cost: 'cpus and cpu_shares are not held: a note says so, and --strict refuses it',
      remedy: expect.stringContaining('systemctl edit user@.service'),
    })
  })
})

/** What a spec says on this host that a box can do nothing about. */
function helpOf(host: Host): string {
  const result = resolveText('rootfs: host\ncommand: "true"\n', { host })
  return 'box' in result ? '' : result.errors.map(({ remedy }) => remedy).join('\n')
}
