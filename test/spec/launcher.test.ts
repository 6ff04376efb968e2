import { describe, expect, test } from '@jest/globals'
import { launcherOf } from '../../src/host/launcher.ts'
import launch from '../../src/plan/program/launch.sh'
import { MINDED } from '../../src/spec/resolve/launcher-limits.ts'
import { boxOf, errorsOf, hostFacts, resolveText } from './fake.ts'

const setpriv = hostFacts('alpine')
const busybox = hostFacts('busybox-only')
const ids = '[{ containerID: 0, hostID: 100000, size: 65536 }]'
const all = 'cap_add: [ALL]\nseccomp: unconfined\n'

describe('the launcher', () => {
  test('perl where it is, then setpriv with capsh, then a static busybox', () => {
    const tool = { path: '/bin/x', version: '' }
    expect(launcherOf(hostFacts())).toBe('perl')
    expect(launcherOf({ tools: { ...setpriv.tools, perl: tool } })).toBe('perl')
    expect(launcherOf(setpriv)).toBe('setpriv')
    const { capsh: _, ...without } = setpriv.tools
    expect(launcherOf({ tools: without })).toBe('perl')
    expect(launcherOf({ tools: { ...without, busybox: { ...tool, version: 'static' } } })).toBe('busybox')
    expect(launcherOf({ tools: { ...setpriv.tools, setpriv: { ...tool, version: 'busybox' } } })).toBe('perl')
    expect(launcherOf(busybox)).toBe('busybox')
    expect(launcherOf({ tools: {} })).toBe('perl')
  })

  test('what `enter -e` refuses without perl is what a spec may not set', () => {
    expect(launch).toContain(MINDED.join(' | '))
  })

  test('a box names it, and what is weaker', () => {
    expect(boxOf('', { host: hostFacts() })).toMatchObject({ launcher: 'perl', notes: [] })
    const box = boxOf('cap_drop: [ALL]', { host: setpriv })
    expect(box.launcher).toBe('setpriv')
    expect(box.notes.join('\n')).toMatch(/session keyring[\s\S]*SIGINT and SIGQUIT[\s\S]*lets chroot pass/)
    expect(boxOf('cap_add: [SYS_PTRACE]', { host: setpriv }).notes.join()).toMatch(/enter is refused/)
  })

  test('busybox shares what it cannot make, and says so', () => {
    const box = boxOf(all, { host: busybox })
    expect([box.launcher, box.namespaces.cgroup, box.namespaces.time]).toEqual([
      'busybox',
      { mode: 'host' },
      { mode: 'host' },
    ])
    expect(box.notes.join('\n')).toMatch(/^cgroup: [\s\S]*\ntime: /)
  })
})

describe('setpriv and capsh refuse', () => {
  test.each([
    ['user: app', /^user: "app".*write UID:GID/],
    ['user: "1000"', /^user: .*UID:GID/],
    ['group_add: [video]', /^group_add: names/],
    ['working_dir: /srv', /^working_dir: .*in \/ only/],
    ['tty: true', /^tty: only perl/],
    [`uidMappings: ${ids}\ngidMappings: ${ids}`, /^uidMappings: only perl/],
    ['volumes: [ "/a:/a", "/b:/a/b" ]', /^volumes: "\/a\/b" lies in a volume/],
    ['volumes: [ "/a:/a" ]\ntmpfs: /a/t', /^volumes: "\/a\/t" lies in a volume/],
    ['environment: { LD_PRELOAD: /x }', /^environment: .*"LD_PRELOAD"/],
    ['environment: { "a.b": x }', /^environment: .*"a.b"/],
    ['environment: { IFS: x }', /^environment: .*"IFS"/],
  ])('%s', (text, expected) => {
    expect(errorsOf(text, { host: setpriv })).toEqual([expect.stringMatching(expected)])
    expect(errorsOf(text, { host: hostFacts() })).toEqual([])
  })

  test('a filter, where setpriv is too old', () => {
    const host = {
      ...setpriv,
      tools: { ...setpriv.tools, setpriv: { path: '/bin/setpriv', version: '2.37.4' } },
    }
    expect(errorsOf('', { host })).toEqual([expect.stringMatching(/^seccomp: .*2\.41; this is 2\.37\.4/)])
    expect(errorsOf('seccomp: unconfined', { host })).toEqual([])
  })

  test('a filter that would stop capsh, or that has flags', () => {
    const profile = (more: object) =>
      JSON.stringify({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [], ...more })
    const errors = (text: string) =>
      errorsOf('seccomp: /p.json', { host: setpriv, files: { '/p.json': text } })
    const refused = [{ names: ['setgroups', 'mkdir'], action: 'SCMP_ACT_ERRNO' }]
    expect(errors(profile({}))).toEqual([])
    expect(errors(profile({ syscalls: refused }))).toEqual([
      expect.stringMatching(/calls setgroups, which the filter refuses/),
    ])
    expect(errors(profile({ flags: ['SECCOMP_FILTER_FLAG_LOG'] }))).toEqual([
      expect.stringMatching(/no flags/),
    ])
  })

  test('the remedy names the package as the distribution does', () => {
    for (const [name, command] of [
      ['alpine', 'apk add perl;'],
      ['rhel9-minimal', 'dnf install perl-interpreter;'],
    ] as const) {
      const result = resolveText('rootfs: host\ncommand: "true"\nseccomp: unconfined\ntty: true\n', {
        host: hostFacts(name),
      })
      expect('errors' in result && result.errors.map(({ remedy }) => remedy)).toEqual([
        expect.stringContaining(command),
      ])
    }
  })
})

describe('busybox refuses', () => {
  test.each([
    ['', [/^seccomp: busybox loads no filter/, /^cap_add: busybox drops no capability/]],
    ['privileged: true', []],
    [`${all}user: "5:5"`, [/^user: busybox changes no user/]],
    [`${all}group_add: ["5"]`, [/^group_add: busybox adds no groups/]],
    [`${all}ulimits: { nofile: 5, core: 512 }`, []],
    [`${all}ulimits: { core: 5 }`, [/^ulimits: .*cannot set core to that/]],
    [`${all}ulimits: { rttime: 5 }`, [/^ulimits: .*cannot set rttime to that/]],
    [`${all}readonlyPaths: [/etc]`, [/^readonlyPaths: /]],
    [`${all}time: private`, [/^time: busybox makes no time namespace/]],
    [`${all}timeOffsets: { boottime: 5s }`, [/^timeOffsets: busybox makes no time namespace/]],
    [`${all}cgroup: private`, [/^cgroup: busybox makes no cgroup namespace/]],
    [`${all}tty: true`, [/^tty: only perl/]],
  ])('%s', (text, expected) => {
    expect(errorsOf(text, { host: busybox })).toEqual(expected.map((one) => expect.stringMatching(one)))
  })
})
