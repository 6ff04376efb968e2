import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { busyboxRoot, cgroupTrees, run, type TestBox, until, world } from '../harness/index.ts'
import { without } from './attack.ts'
import { groups, masks } from './looks.ts'

// What holds root in the box: cgroups, masks of /proc and /sys, mounts, sockets, the default filter.
const here = world()
const users = {
  uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
  gidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
}

describe.each([
  ['of a default box', {}],
  ['of a box with a user namespace', users],
])('cgroups, from the root %s', (_, extra) => {
  test('are not written, mounted, left (CVE-2022-0492)', async () => {
    expect(await here.sh({ ...extra }, groups)).toEqual({ status: 0, stdout: 'end\n', stderr: '' })
    expect(readFileSync('/proc/self/cgroup', 'utf8')).not.toMatch(/escape/)
    for (const tree of cgroupTrees()) expect(existsSync(`${tree}/escape`)).toBe(false)
  })
})

test('cgroups could be written if the mounts were not read-only', async () => {
  const box = here.box({ rootfs: 'host', command: ['sh', '-c', groups] })
  without(box, /nosuid,nodev,noexec,ro,/, 'nosuid,nodev,noexec,rw,')
  expect((await box.up()).stdout).toMatch(/wrote|made/)
  await box.down('-t', '0')
})

test('/proc and /sys: masked paths are empty, read-only ones are not opened for writing', async () => {
  expect((await here.sh({}, masks)).stdout).toBe('end\n')
  expect((await here.sh({ ...users }, masks)).stdout).toBe('end\n')
})

// By reading a byte and by opening alone: nothing is written.
test.each<[string, RegExp | string, string, RegExp]>([
  [
    'the masks',
    /'(\/dev\/null|tmpfs) \/(proc|sys)\/\S+ (none bind|tmpfs ro,size=0,\S+) 0 0'/,
    "''",
    /^(read|listed) /m,
  ],
  [
    'the read-only mounts',
    /'(\/proc\/\S+) \/proc\/\S+ none bind,ro,\S+ 0 0'/,
    "''",
    /^opened \/proc\/sys\//m,
  ],
  ['a read-only /sys', "'sysfs /sys sysfs nosuid,nodev,noexec,ro,", "'sysfs /sys sysfs ", /^opened \/sys\//m],
])('/proc and /sys: without %s the same look finds something', async (_, text, instead, found) => {
  const box = here.box({ rootfs: 'host', command: ['sh', '-c', masks] })
  without(box, text, instead)
  expect((await box.up()).stdout).toMatch(found)
  await box.down()
})

describe('a host whose root is shared', () => {
  // A small root: where its mount leaks to the host, the roll back removes files through it.
  const root = busyboxRoot(`${here.directory}/image`)
  /** Mounts of that host before, while the box has a mount of its own in a volume, and after. */
  const mounts = async (option: string, weaken = (_: TestBox) => {}) => {
    const directory = mkdtempSync(`${here.directory}/shared-`)
    const box = here.box({
      rootfs: root,
      cap_add: ['SYS_ADMIN'],
      security_opt: ['seccomp=unconfined'],
      volumes: [`${directory}:/vol${option}`],
      command: [
        'sh',
        '-c',
        'mkdir -p /vol/m; mount -t tmpfs inside /vol/m && : >/vol/mounted; exec sleep 100',
      ],
    })
    weaken(box)
    const program = `sh ${box.program}`
    const look = (name: string) => `cat /proc/self/mountinfo >${directory}/${name}`
    const mounted = `for i in $(seq 200); do [ ! -e ${directory}/mounted ] || break; sleep 0.01; done`
    // A host of its own, where as on most machines /run is a mount; first private, so that a leak stays in it.
    const script = `mount --make-rshared /; mount --bind ${directory} ${directory}; mkdir -p ${here.run}; mount -t tmpfs run ${here.run}; ${look('before')}; ${program} up -d && ${program} enter true && ${mounted}; ${look('during')}; ${program} down -t 0; ${look('after')}`
    const ran = await run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script], {
      env: here.env,
    })
    const [before = '', during = '', after = ''] = ['before', 'during', 'after']
      .map((name) => `${directory}/${name}`)
      .map((file) => (existsSync(file) ? withoutOthers(readFileSync(file, 'utf8')) : ''))
    expect(before).not.toMatch(/ inside | overlay /)
    return { ran, mounted: existsSync(`${directory}/mounted`), before, during, after }
  }
  test('has none of the mounts of a box', async () => {
    const { ran, mounted, before, during, after } = await mounts('')
    expect([ran.status, ran.stderr, mounted]).toEqual([0, '', true])
    expect([during, after]).toEqual([before, before])
  })
  test('has those in a volume that is to be shared', async () => {
    const { before, during, after } = await mounts(':rshared')
    const shared = / inside | \/.*\/shared-\w+\/m /
    expect(during).toMatch(shared)
    const rest = (text: string) => text.split('\n').filter((line) => !shared.test(line))
    expect([rest(during), rest(after)]).toEqual([rest(before), rest(before)])
  })
  test('would lose its own, if the box let go of the host as a peer', async () => {
    const weaken = (box: TestBox) => without(box, /^ {2}mount -N .* --make-rslave .*$/)
    expect((await mounts(':rshared', weaken)).during).not.toMatch(/ - proc /)
  })
  test('would have the root of a box that does not leave its peers', async () => {
    const { during } = await mounts('', (box) => without(box, 'propagation=slave', 'propagation=unchanged'))
    expect(during).toMatch(/ overlay /)
  })
})

/** Mounts of tests that run beside this one come and go. */
function withoutOthers(mountinfo: string): string {
  const own = (line: string) => !line.includes(' /tmp/boxes-') || line.includes(here.directory)
  return mountinfo.split('\n').filter(own).join('\n')
}

/** Inodes of the abstract sockets that a process holds which knows the name or the program of a box. */
function abstractSockets({ name }: TestBox): string[] {
  const abstract = new Set(
    readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .filter((line) => / @/.test(line))
      .map((line) => line.trim().split(/\s+/)[6]),
  )
  const of = (pid: string) =>
    ['cgroup', 'cmdline', 'environ'].some((file) =>
      readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(name),
    )
      ? readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
      : []
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        return of(pid)
      } catch {
        return []
      }
    })
    .filter((link) => abstract.has(/^socket:\[(\d+)\]$/.exec(link)?.[1]))
}

test('no abstract socket is opened; one would be seen', async () => {
  const box = here.box({ rootfs: 'host', network_mode: 'host', tty: true, command: ['sleep', '100'] })
  await box.up({ detach: true })
  expect(abstractSockets(box)).toEqual([])
  await box.down('-t', '0')
  // The monitor is in the network of the box, here that of the host.
  const open = `perl -MSocket -e 'socket my $s, PF_UNIX, SOCK_STREAM, 0; bind $s, pack_sockaddr_un "\\0boxes"; sleep 100' <&- >&- 2>&- 3>&- 4>&- 5<&- 8>&- 9>&- &`
  without(box, /^ {2}init <&5 5<&-/, `  ${open}\n  init <&5 5<&-`)
  await box.up({ detach: true })
  await until(() => abstractSockets(box).length === 1, 'the socket is seen')
  await box.down('-t', '0')
})

test('the default filter refuses keyctl, add_key, bpf, perf_event_open, userfaultfd, namespaces, clone3, io_uring, kexec', async () => {
  const numbers = {
    keyctl: 250,
    add_key: 248,
    request_key: 249,
    bpf: 321,
    perf_event_open: 298,
    userfaultfd: 323,
    unshare: 272,
    setns: 308,
    clone3: 435,
    io_uring_setup: 425,
    kexec_load: 246,
    kexec_file_load: 320,
    init_module: 175,
    mount: 165,
    pivot_root: 155,
    open_by_handle_at: 304,
    ptrace_x: 101,
    swapon: 167,
    reboot: 169,
    iopl: 172,
  }
  const script = `my %n = (${Object.entries(numbers)
    .map(([name, number]) => `${name} => ${number}`)
    .join(
      ', ',
    )}); for (sort keys %n) { $! = 0; my $r = syscall($n{$_}, $_ eq "unshare" ? 0x10000000 : 0, 0, 0, 0, 0, 0); printf "%s %d\\n", $_, $r == -1 ? $! + 0 : 0 }`
  const results = async (weaken: (box: TestBox) => void) => {
    const box = here.box({ rootfs: 'host', command: ['perl', '-e', script] })
    weaken(box)
    const { stdout } = await box.up()
    await box.down()
    return Object.fromEntries(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    )
  }
  if (process.arch !== 'x64') return expect(process.arch).toBe('arm64')
  const box = await results(() => {})
  for (const name of Object.keys(numbers))
    if (name !== 'ptrace_x') expect([name, box[name]]).toEqual([name, name === 'clone3' ? '38' : '1'])
  // Without it some of them succeed, or fail for reasons of their own.
  const open = await results((box) => without(box, /^my @filter = .*$/, 'my @filter;'))
  expect(open).toMatchObject({ unshare: '0', keyctl: expect.not.stringMatching(/^1$/) })
  expect(open.clone3).not.toBe('38')
})
