import { describe, expect, test } from '@jest/globals'
import { diagnose } from '../../src/host/doctor.ts'
import type { Host } from '../../src/host/host.ts'
import { printDoctor } from '../../src/host/print-doctor.ts'
import { host } from './fake.ts'

const lacks = (facts: Host): readonly string[] =>
  diagnose(facts)
    .filter((one) => !one.ok)
    .map((one) => (one.fallback ? one.what : `${one.what}!`))

describe('diagnose', () => {
  test.each([
    ['debian12-hybrid', ['setpriv with --landlock-rule!', 'CAP_SYS_RESOURCE', 'cgroup.kill']],
    ['debian12-v1', ['setpriv with --landlock-rule!', 'Landlock!', 'block I/O weight!', 'cgroup.kill']],
    ['debian13-v2', ['device rules']],
    ['debian12-user', ['setpriv with --landlock-rule!', 'CAP_SYS_RESOURCE', 'cgroups']],
    [
      'arm64-v2-minimal',
      [
        'setpriv with --landlock-rule!',
        'libcgroup',
        'zstd!',
        'mmdebstrap!',
        'static init!',
        'Landlock!',
        'hugetlb controller!',
        'device rules',
        'block I/O weight!',
      ],
    ],
  ])('%s', (name, expected) => {
    expect(lacks(host(name))).toEqual(expected)
  })

  test('a machine with nothing: all is missing, and each finding says what that costs and what to do', () => {
    const bare: Host = {
      ...host('debian13-v2'),
      capabilities: [],
      cgroup: { version: 'none', v1: {}, v2: null, v2Controllers: [], files: [], manager: null },
      namespaces: [],
      filesystems: [],
      seccomp: false,
      lsm: [],
      tools: {},
    }
    for (const one of diagnose(bare)) {
      expect(one).toMatchObject({ ok: false, found: '' })
      expect(one.cost).not.toBe('')
      expect(`${one.package}${one.remedy}${one.fallback}`).not.toBe('')
    }
  })

  test('a fallback counts only where it is there', () => {
    const { mmdebstrap: _, ...tools } = host('debian12-hybrid').tools
    const debootstrap = { path: '/usr/sbin/debootstrap', version: '' }
    const fallback = (some: Host['tools']) =>
      diagnose({ ...host('debian12-hybrid'), tools: some }).find((one) => one.what === 'mmdebstrap')?.fallback
    expect(fallback({ ...tools, debootstrap })).toBe('debootstrap')
    const { debootstrap: __, ...fewer } = { debootstrap, ...tools }
    expect(fallback(fewer)).toBe('')
  })

  test.each([
    ['debian12-v1', 'perl', ''],
    ['alpine', 'perl', 'setpriv and capsh: numeric users'],
    ['busybox-only', 'perl', 'busybox: boxes that keep all'],
    ['busybox-only', 'mount', 'the applet of busybox'],
    ['rhel9-minimal', 'mount', ''],
  ])('on %s what stands in for %s is "%s"', (name, what, expected) => {
    const found = diagnose(host(name)).find((one) => one.what === what)
    expect(found?.fallback.startsWith(expected)).toBe(true)
    expect(found?.fallback === '').toBe(expected === '')
  })

  test('packages are named as the distribution names them', () => {
    const text = (name: string) => printDoctor(host(name), diagnose(host(name)), { color: false })
    expect(text('alpine')).toMatch(/apk add .*\bperl\b/)
    expect(text('rhel9-minimal')).toMatch(/dnf install .*\bperl-interpreter\b.*\blibcgroup-tools\b/)
  })

  test('applets of busybox do not stand in for tools whose options boxes needs', () => {
    const facts = host('debian12-v1')
    const applet = { path: '/bin/mount', version: 'busybox' }
    const found = diagnose({ ...facts, tools: { ...facts.tools, mount: applet, tar: applet } })
    expect(found.find((one) => one.what === 'mount')).toMatchObject({
      ok: false,
      found: '/bin/mount busybox',
    })
    expect(found.find((one) => one.what === 'tar')).toMatchObject({ ok: false, package: 'tar' })
  })
})

describe('printDoctor', () => {
  const facts = host('arm64-v2-minimal')

  test('a table for people', () => {
    const text = printDoctor(facts, diagnose(facts), { color: false })
    expect(text).toMatch(/^pi: Linux 6\.1 aarch64, 4 CPUs, 3\.7 GiB, root, cgroup v2\n/)
    expect(text).toMatch(/^ {2}ok {3}perl +\/usr\/bin\/perl$/m)
    expect(text).toMatch(/^ {2}less libcgroup +the plan shows writes/m)
    expect(text).toMatch(/^ {2}no {3}zstd +no \.tar\.zst roots\n +package: zstd$/m)
    expect(text).toContain('apt-get install cgroup-tools')
    expect(text).not.toContain('\x1b')
    expect(text.split('\n').filter((line) => line !== line.trimEnd())).toEqual([])
  })

  test('colours change nothing else', () => {
    const text = printDoctor(facts, diagnose(facts), { color: true })
    expect(text.replace(/\x1b\[\d+m/g, '').replace(/ +$/gm, '')).toBe(
      printDoctor(facts, diagnose(facts), { color: false }),
    )
  })
})
