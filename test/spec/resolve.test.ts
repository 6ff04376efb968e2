import { describe, expect, test } from '@jest/globals'
import type { Host } from '../../src/host/host.ts'
import { boxOf, errorsOf, fakeInputs, hostFacts } from './fake.ts'

const v2 = { host: hostFacts('debian13-v2') }
const less = (change: Partial<Host>) => ({ host: { ...hostFacts(), ...change } })

test('a box survives JSON, and is the same each time', () => {
  const text = 'volumes: [./a:/a]\nulimits: {nproc: -1}\nmem_limit: 1g'
  const box = boxOf(text)
  expect(JSON.parse(JSON.stringify(box))).toEqual(box)
  expect(boxOf(text)).toEqual(box)
})

describe('process', () => {
  test('entrypoint stands before command; a text is split, a list is not', () => {
    expect(boxOf("entrypoint: [a, 'b c']\ncommand: d 'e f'").process.args).toEqual(['a', 'b c', 'd', 'e f'])
    expect(boxOf('command: true').process.args).toEqual(['true'])
  })

  test('environment: defaults, then files, then the spec; null asks the caller', () => {
    const files = { '/spec/a.env': '# c\nA=file\nexport B="x\\ny" # c\nC=\'$X\'\nD\nE=a b # c\n\n' }
    const box = boxOf('env_file: a.env\ntty: true\nenvironment: {A: spec, F: , G: }', {
      files,
      env: { D: 'd', G: 'g' },
    })
    expect(box.process.environment).toEqual([
      ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      ['HOSTNAME', 'web'],
      ['TERM', 'xterm'],
      ['A', 'spec'],
      ['B', 'x\ny'],
      ['C', '$X'],
      ['D', 'd'],
      ['E', 'a b'],
      ['G', 'g'],
    ])
  })

  test('a value that execve(2) would refuse is an error', () => {
    expect(errorsOf(`environment: {A: ${'x'.repeat(131072)}}`)).toHaveLength(1)
    expect(boxOf(`environment: {A: ${'x'.repeat(131069)}}`).process.environment).toHaveLength(3)
  })

  test.each(['1000', 'app', 'app:wheel', '1000:1000', '0:4294967294', 'a.b-c_d$', '_apt:0'])(
    'user %s',
    (user) => expect(boxOf(`user: ${user.replace('$', '$$$$')}`).process.user).toBe(user),
  )
  test.each([
    '1000:',
    ':5',
    '-1',
    '4294967295',
    '4294967296',
    ' 0',
    '0x0',
    '01',
    '1:2:3',
    '',
    'a b',
    'a\nb',
    '+1',
    '1e3',
  ])('user %j is refused', (user) => expect(errorsOf(`user: ${JSON.stringify(user)}`)).toHaveLength(1))

  test.each([
    ['SIGTERM', 'TERM'],
    ['int', 'INT'],
    ['9', 'KILL'],
    ['RTMIN+3', 'RTMIN+3'],
    ['SIGRTMAX-1', 'RTMIN+29'],
    ['37', 'RTMIN+3'],
    ['64', 'RTMAX'],
    ['IOT', 'ABRT'],
  ])('stop_signal %s', (text, name) => expect(boxOf(`stop_signal: ${text}`).process.stopSignal).toBe(name))
  test.each(['0', '32', '33', '65', 'RTMIN+31', 'RTMIN-1', 'RTMAX+1', 'SIG', 'SIG9', 'constructor', '""'])(
    'stop_signal %s is refused',
    (text) => expect(errorsOf(`stop_signal: ${text}`)).toHaveLength(1),
  )

  test('umask digits are octal, with or without zeros', () => {
    expect(['0022', '22', '"027"', '0o077'].map((text) => boxOf(`umask: ${text}`).process.umask)).toEqual([
      18, 18, 23, 63,
    ])
  })

  test('limits that this host cannot raise are errors', () => {
    const weak = less({ capabilities: [], rlimits: { nofile: 1024, nproc: null } })
    expect(errorsOf('ulimits: {nofile: 4096}', weak)).toEqual(['ulimits.nofile: the hard limit here is 1024'])
    expect(errorsOf('ulimits: {nproc: -1, nofile: {soft: 10, hard: 1024}}', weak)).toEqual([])
    expect(errorsOf('ulimits: {nofile: {soft: 2, hard: 1}}')).toHaveLength(1)
    expect(errorsOf('oom_score_adj: -1', weak)).toHaveLength(1)
  })
})

describe('namespaces', () => {
  test('service: and container: mean box:', () => {
    const { namespaces } = boxOf(
      'network_mode: service:db\npid: container:db\nipc: box:db\nuts: /proc/1/ns/uts',
    )
    const db = { mode: 'box', box: 'db' }
    expect(namespaces).toMatchObject({
      network: db,
      pid: db,
      ipc: db,
      uts: { mode: 'path', path: '/proc/1/ns/uts' },
    })
  })

  test('mappings make a private user namespace', () => {
    const mapping = '[{containerID: 0, hostID: 100000, size: 65536}]'
    const { namespaces } = boxOf(`uidMappings: ${mapping}\ngidMappings: ${mapping}`)
    expect(namespaces.user).toEqual({ mode: 'private' })
    expect(errorsOf(`uidMappings: ${mapping}`)).toEqual([': a private user namespace needs gidMappings'])
    expect(errorsOf(`uidMappings: ${mapping}\ngidMappings: ${mapping}\nuserns_mode: host`)).toHaveLength(2)
    const wide = '[{containerID: 0, hostID: 1, size: 4294967295}]'
    expect(errorsOf(`uidMappings: ${wide}\ngidMappings: ${mapping}`)).toEqual([
      'uidMappings[0]: the range ends after 4294967294',
    ])
  })

  test('a kernel without time namespaces', () => {
    const old = less({ namespaces: hostFacts().namespaces.filter((name) => name !== 'time') })
    expect(boxOf('', old).namespaces.time).toEqual({ mode: 'host' })
    expect(boxOf('', old).notes).toHaveLength(1)
    expect(errorsOf('time: private', old)).toEqual(['time: this kernel has no time namespaces'])
    expect(errorsOf('timeOffsets: {boottime: 1h}', old)).toEqual(['time: this kernel has no time namespaces'])
  })

  test.each([
    ['86400', 86400],
    ['1h', 3600],
    ['-1m30s', -90],
    ['0', 0],
  ])('timeOffsets %s', (text, seconds) =>
    expect(boxOf(`timeOffsets: {boottime: ${text}}`).namespaces.timeOffsets.boottime).toBe(seconds),
  )
  test.each(['1.5', '500ms', '--1', 'x', '99999999999'])('timeOffsets %s is refused', (text) =>
    expect(errorsOf(`timeOffsets: {monotonic: ${text}}`)).toHaveLength(1),
  )

  test('joining a mount namespace leaves no root', () => {
    expect(boxOf('mount: box:db').rootfs).toEqual({ kind: 'joined' })
    expect(boxOf('rootfs: host\nmount: host').rootfs).toEqual({ kind: 'joined' })
  })
})

describe('root and mounts', () => {
  test('a tarball is known by its digest, debootstrap by its inputs', () => {
    const tarball = boxOf('rootfs: ./a.tar.gz', { files: { '/spec/a.tar.gz': 'x' } }).rootfs
    expect(tarball).toMatchObject({ kind: 'tarball', path: '/spec/a.tar.gz', sha256: fakeInputs().hash('x') })
    const key = (text: string) => (boxOf(`rootfs: ${text}`).rootfs as { key: string }).key
    expect(key('{debootstrap: bookworm, include: [a, b]}')).toBe(
      key('{debootstrap: bookworm, include: [b, a]}'),
    )
    expect(key('{debootstrap: bookworm}')).not.toBe(key('{debootstrap: trixie}'))
  })

  test.each(['a,b', 'a:b', 'a\\b', 'a"b', 'a\nb'])('a root in %j is refused', (name) => {
    expect(boxErrors(`rootfs: ${JSON.stringify(`./${name}/root`)}\ncommand: x`)).toHaveLength(1)
  })

  test('volumes: relative to the spec, ~ is home, parents first', () => {
    const { volumes } = boxOf('volumes: [./x:/a/b/c:ro, ~/y:/a, ../z/:/b/./:rslave]').mounts
    expect(volumes).toEqual([
      volume('/home/me/y', '/a', 1, {}),
      volume('/z', '/b', 2, { propagation: 'rslave' }),
      volume('/spec/x', '/a/b/c', 0, { readOnly: true }),
    ])
  })

  test('the long form', () => {
    const { volumes, tmpfs } = boxOf(
      'volumes:\n- {type: bind, source: "/a:b,c", target: /x, read_only: true, bind: {propagation: shared, create_host_path: false}}\n- {type: tmpfs, target: /t, tmpfs: {size: 1m, mode: 0700}}',
    ).mounts
    expect(volumes).toEqual([
      volume('/a:b,c', '/x', 0, { readOnly: true, propagation: 'shared', create: false }),
    ])
    expect(tmpfs).toEqual([
      {
        target: '/t',
        options: ['nosuid', 'nodev', 'noexec', 'size=1048576', 'mode=0700'],
        why: 'volumes[1]',
      },
    ])
  })

  test('privileged, systempaths and lists of masks', () => {
    expect(boxOf('').mounts).toMatchObject({ masked: 'default', readonlyPaths: 'default' })
    expect(boxOf('privileged: true').mounts).toMatchObject({ masked: [], readonlyPaths: [] })
    expect(boxOf('security_opt: [systempaths=unconfined]').mounts).toMatchObject({
      masked: [],
      readonlyPaths: [],
    })
    expect(boxOf('maskedPaths: [/proc/x]').mounts).toMatchObject({
      masked: ['/proc/x'],
      readonlyPaths: 'default',
    })
  })

  test('BOXES_ROOT and BOXES_RUN move everything, and hold harmless characters only', () => {
    const env = { BOXES_ROOT: '/tmp/a/', BOXES_RUN: '/tmp/b' }
    expect(boxOf('', { env }).paths).toEqual({
      runRoot: '/tmp/b',
      run: '/tmp/b/web',
      dataRoot: '/tmp/a',
      data: '/tmp/a/boxes/web',
      roots: '/tmp/a/roots',
    })
    for (const bad of ['a', '/', '/a/../b', '/a,b', '/a:b', '/a b', '/a//b', `/${'a'.repeat(200)}`, '/a\n']) {
      expect(errorsOf('', { env: { BOXES_ROOT: bad } })).toHaveLength(1)
    }
  })
})

describe('privileges', () => {
  const caps = (text: string, world = {}) =>
    boxOf(text, world).privileges.capabilities.map((name) => name.slice(4))
  test("docker's default set and rules", () => {
    expect(caps('')).toHaveLength(14)
    expect(caps('cap_drop: [ALL]\ncap_add: [CAP_NET_BIND_SERVICE, chown]')).toEqual([
      'CHOWN',
      'NET_BIND_SERVICE',
    ])
    expect(caps('cap_add: [all]\ncap_drop: [sys_admin]')).toHaveLength(40)
    expect(caps('cap_add: [NET_ADMIN]\ncap_drop: [MKNOD, NET_RAW]')).toHaveLength(13)
    expect(caps('privileged: true')).toHaveLength(41)
  })

  test('what the caller does not hold', () => {
    const weak = less({ capabilities: ['CAP_CHOWN'] })
    expect(caps('', weak)).toEqual(['CHOWN'])
    expect(boxOf('', weak).notes).toHaveLength(1)
    expect(errorsOf('cap_add: [SYS_ADMIN]', weak)).toEqual([
      'cap_add[0]: this host cannot give CAP_SYS_ADMIN',
    ])
    const own =
      'uidMappings: &m [{containerID: 0, hostID: 100000, size: 9}]\ngidMappings: *m\ncap_add: [SYS_ADMIN]'
    expect(caps(own, weak)).toHaveLength(15)
  })

  test('seccomp: the default, none, or a profile that is checked', () => {
    const files = {
      '/spec/p.json': '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": []}',
      '/spec/bad.json': '{"defaultAction": 1}',
    }
    expect(boxOf('').privileges.seccomp).toEqual({ name: 'default', profile: null })
    expect(boxOf('seccomp: unconfined').privileges.seccomp).toBeNull()
    expect(boxOf('privileged: true').privileges.seccomp).toBeNull()
    expect(boxOf('security_opt: [seccomp=./p.json]', { files }).privileges.seccomp).toMatchObject({
      name: '/spec/p.json',
    })
    expect(errorsOf('seccomp: bad.json', { files })).toHaveLength(1)
    expect(errorsOf('seccomp: none.json', { files })).toHaveLength(1)
    expect(errorsOf('seccomp: deep', { files: { '/spec/deep': '['.repeat(500000) } })).toHaveLength(1)
  })

  test('no_new_privs is on unless it is turned off', () => {
    const on = (text: string) => boxOf(text).privileges.noNewPrivs
    expect([on(''), on('privileged: true'), on('no_new_privs: false')]).toEqual([true, true, false])
    expect(on('security_opt: ["no-new-privileges:false"]')).toBe(false)
    expect(errorsOf('no_new_privs: true\nsecurity_opt: [no-new-privileges=false]')).toHaveLength(1)
  })
})

describe('resources', () => {
  test('swap follows memory as with docker', () => {
    expect(boxOf('mem_limit: 64m').resources).toMatchObject({ memory: 67108864, memorySwap: 134217728 })
    expect(boxOf('mem_limit: 64m\nmemswap_limit: -1').resources.memorySwap).toBe(-1)
    expect(errorsOf('mem_limit: 64m\nmemswap_limit: 32m')).toHaveLength(1)
    const { cgroup } = hostFacts()
    const noSwap = less({
      cgroup: { ...cgroup, files: cgroup.files.filter((file) => !file.includes('memsw')) },
    })
    expect(boxOf('mem_limit: 64m', noSwap).resources.memorySwap).toBeNull()
    expect(boxOf('mem_limit: 64m', noSwap).notes).toHaveLength(1)
    expect(errorsOf('mem_limit: 64m\nmemswap_limit: 65m', noSwap)).toHaveLength(1)
  })

  test('a controller that is not there is an error for each limit it would hold', () => {
    const none = less({
      cgroup: { version: 'none', v1: {}, v2: null, v2Controllers: [], files: [], manager: null },
    })
    expect(errorsOf('mem_limit: 64m\npids_limit: 9\ncpus: 1', none)).toEqual([
      'cpus: the controller "cpu" is not there',
      'mem_limit: the controller "memory" is not there',
      'pids_limit: the controller "pids" is not there',
    ])
    expect(errorsOf('', none)).toEqual([])
  })

  test('blkio, devices, huge pages and raw files', () => {
    const { resources } = boxOf(
      'device_cgroup_rules: ["a 5:* rw"]\nblkio_config: {device_read_bps: [{path: /dev/sda, rate: 1m}]}',
    )
    expect(resources.deviceRules).toEqual(['c 5:* rw', 'b 5:* rw'])
    expect(resources.blkio.limits).toEqual([{ kind: 'read_bps', path: '/dev/sda', rate: 1048576 }])
    const box = boxOf(
      'device_cgroup_rules: ["c 1:3 r"]\nresources: {unified: {memory.high: 100m, pids.max: 9}}',
      v2,
    )
    expect(box.notes).toHaveLength(1)
    expect(box.resources.unified).toEqual([
      ['memory.high', '100m'],
      ['pids.max', '9'],
    ])
    expect(errorsOf('resources: {unified: {memory.high: 1}}')).toHaveLength(1)
  })

  test.each(['0', '1', '3', '-2'])('pids_limit %s is refused', (text) =>
    expect(errorsOf(`pids_limit: ${text}`)).toHaveLength(1),
  )
})

describe('network', () => {
  test('hosts and resolv.conf', () => {
    const { network } = boxOf(
      'hostname: h\nextra_hosts: ["db:10.0.0.1", "v6=[::1]", "w:fe80::1%eth0"]\ndns: 1.1.1.1\ndns_search: [a.b]\ndns_opt: ["ndots:2"]',
    )
    expect(network.hosts.slice(6)).toEqual(['127.0.1.1\th', '10.0.0.1\tdb', '::1\tv6', 'fe80::1%eth0\tw'])
    expect(network.resolvConf).toEqual(['nameserver 1.1.1.1', 'search a.b', 'options ndots:2'])
    expect(boxOf('').network.resolvConf).toBeNull()
  })

  test.each([
    'a:1.2.3',
    'a:1.2.3.256',
    'a:01.2.3.4',
    'a:::1::2',
    'a:1:2:3:4:5:6:7',
    'a b:1.2.3.4',
    'a:',
    ':1.2.3.4',
    'a',
    'a:1.2.3.4\n5.6.7.8 b',
    'a:::%',
  ])('%j is refused', (entry) => expect(errorsOf(`extra_hosts: [${JSON.stringify(entry)}]`)).toHaveLength(1))

  test.each([
    ['my_box', 'my-box'],
    ['a..b', 'a.b'],
    ['___', 'box'],
    ['x-', 'x'],
  ])('box %s has the host name %s', (name, hostname) =>
    expect(boxOf(`name: ${name}`).process.hostname).toBe(hostname),
  )
})

test.each(['../x', '/x', '.', '..', '-x', 'a/b', 'a b', 'a\nb', '', 'é', 'x'.repeat(64)])(
  'name %j is refused',
  (name) => {
    expect(errorsOf(`name: ${JSON.stringify(name)}`)).toHaveLength(1)
  },
)

function boxErrors(text: string): unknown[] {
  try {
    boxOf(text)
    return []
  } catch (problem) {
    return String(problem).match(/error:/g) ?? []
  }
}

function volume(source: string, target: string, index: number, rest: object): object {
  return {
    source,
    target,
    readOnly: false,
    propagation: 'rprivate',
    create: true,
    idmap: false,
    why: `volumes[${index}]`,
    ...rest,
  }
}
