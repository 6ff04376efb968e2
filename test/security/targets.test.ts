import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { busyboxRoot, run, type TestBox, world } from '../harness/index.ts'
import { quoted, tree, without } from './attack.ts'

// Mount targets that the image shapes, devices and procfs of the image, archives. A tree of the
// host stands where the links of the image lead; it must not change, whatever becomes of the box.
const here = world()
const decoy = `${here.directory}/decoy`
const volume = `${here.directory}/volume`
let root = ''

beforeAll(() => {
  for (const name of ['etc', 'dir/sub', 'dev', 'proc', 'sys/fs/cgroup', 'empty'])
    mkdirSync(`${decoy}/${name}`, { recursive: true })
  for (const name of [
    'etc/hosts',
    'etc/hostname',
    'etc/resolv.conf',
    'file',
    'dir/ptmx',
    'dev/null',
    'dev/ptmx',
  ])
    writeFileSync(`${decoy}/${name}`, name)
  mkdirSync(volume)
  writeFileSync(`${volume}/file`, 'of the volume')
  root = busyboxRoot(`${here.directory}/image`)
})

const spec = {
  tmpfs: ['/scratch', '/deep/er/scratch'],
  volumes: () => [`${volume}:/vol`, `${volume}/file:/volfile`, `${volume}:/deep/vol:ro`],
  script:
    'for f in /etc/hosts /etc/hostname /etc/resolv.conf /vol/new /volfile /scratch/x /deep/er/scratch/x /dev/shm/x /dev/x /dev/null /masked/x; do echo pwned >>$f; done 2>/dev/null; rm -rf /deep/er/scratch/x /vol/new; echo done',
}

function start(extra: Record<string, unknown> = {}) {
  return here.box({
    rootfs: root,
    tmpfs: spec.tmpfs,
    volumes: spec.volumes(),
    command: ['sh', '-c', spec.script],
    ...extra,
  })
}

/** Puts something in the image, runs the box, takes both away; answers what became of it. */
async function attempt(
  place: (path: string) => void,
  path: string,
  extra = {},
  weaken?: (box: TestBox) => void,
) {
  const before = tree(decoy)
  const inside = `${root}${path}`
  const kept = `${here.directory}/kept`
  const was = existsSync(inside)
  if (was) cpSync(inside, kept, { recursive: true })
  rmSync(inside, { recursive: true, force: true })
  mkdirSync(dirname(inside), { recursive: true })
  try {
    place(inside)
    const box = start(extra)
    weaken?.(box)
    const ran = await box.up({ timeout: 10_000 })
    expect((await box.down('-t', '0')).stderr).toBe('')
    return { ran, changed: difference(tree(decoy), before) }
  } finally {
    rmSync(inside, { recursive: true, force: true })
    if (was) cpSync(kept, inside, { recursive: true })
    rmSync(kept, { recursive: true, force: true })
  }
}

const difference = (now: string[], before: string[]) => [
  ...now.filter((line) => !before.includes(line)),
  ...before.filter((line) => !now.includes(line)),
]

const up = '../../../../../../../../..'
const targets = [
  '/dev',
  '/proc',
  '/sys',
  '/etc',
  '/etc/hosts',
  '/etc/hostname',
  '/etc/resolv.conf',
  '/vol',
  '/volfile',
  '/scratch',
  '/deep',
  '/deep/er',
]
const kinds: [string, (target: string) => (path: string) => void][] = [
  ['absolute link to a directory', () => (path) => symlinkSync(`${decoy}/dir`, path)],
  ['relative link to a directory', () => (path) => symlinkSync(`${up}${decoy}/dir`, path)],
  ['link to the same name', (target) => (path) => symlinkSync(`${decoy}${target}`, path)],
  ['link to a file', () => (path) => symlinkSync(`${decoy}/file`, path)],
  ['link to ..', () => (path) => symlinkSync('../../..', path)],
  ['dangling link', () => (path) => symlinkSync(`${decoy}/missing/there`, path)],
  ["link into the host's tree", () => (path) => symlinkSync(`/dev/.old${decoy}/dir`, path)],
  ["dangling link into the host's tree", () => (path) => symlinkSync(`/dev/.old${decoy}/missing`, path)],
  ['link by way of /proc', () => (path) => symlinkSync(`/proc/1/root${decoy}/dir`, path)],
  ['link to itself', () => (path) => symlinkSync(path.split('/').at(-1) ?? '', path)],
  ['pipe', () => (path) => spawnSync('mkfifo', [path])],
  ['file', () => (path) => writeFileSync(path, 'a file')],
]

describe.each(targets)('%s in the image', (target) => {
  test('as a link, a pipe, a file: contained, or refused with one error', async () => {
    for (const [kind, make] of kinds) {
      const { ran, changed } = await attempt(make(target), target)
      expect({ kind, changed }).toEqual({ kind, changed: [] })
      if (ran.status === 0) expect([kind, ran.stdout]).toEqual([kind, 'done\n'])
      else {
        expect([kind, ran.status, ran.stdout]).toEqual([kind, ran.status, ''])
        expect([125, 127]).toContain(ran.status)
        expect(ran.stderr).toMatch(/boxes: /)
      }
      expect(readFileSync(`${volume}/file`, 'utf8')).toMatch(/^of the volume/)
    }
  })
})

test('without the guard a link into the host tree makes directories there', async () => {
  const place = (path: string) => symlinkSync(`/dev/.old${decoy}/empty`, path)
  expect((await attempt(place, '/deep', { volumes: [] })).changed).toEqual([])
  const weak = await attempt(place, '/deep', { volumes: [] }, (box) =>
    without(box, / dir \/deep\/er\/scratch 755/),
  )
  expect(weak.changed.join('\n')).toMatch(/decoy\/empty\/er\/scratch /)
  rmSync(`${decoy}/empty`, { recursive: true })
  mkdirSync(`${decoy}/empty`)
})

test('/dev as a link is refused with its reason (CVE-2026-41579)', async () => {
  for (const to of [`${decoy}/dev`, `${up}${decoy}/dev`, 'etc']) {
    const { ran, changed } = await attempt((path) => symlinkSync(to, path), '/dev')
    expect(changed).toEqual([])
    expect(ran).toMatchObject({ status: 125, stdout: '' })
    expect(ran.stderr).toMatch(/the \/dev of this root file system is a symbolic link/)
  }
})

test('devices of the image in /dev are not used: /dev/null is 1:3, masks come from it (CVE-2025-31133)', async () => {
  const { ran } = await attempt(
    (path) => {
      mkdirSync(path)
      symlinkSync('/proc/sysrq-trigger', `${path}/null`)
      symlinkSync('/proc/sys/kernel/core_pattern', `${path}/ptmx`)
      symlinkSync(`${decoy}/dir`, `${path}/pts`)
      symlinkSync(`${decoy}/dir`, `${path}/shm`)
      symlinkSync(`${decoy}/file`, `${path}/console`)
      symlinkSync(`${decoy}/missing`, `${path}/.old`)
    },
    '/dev',
    {
      command: [
        'sh',
        '-c',
        'stat -c "%n %F %t:%T" /dev/null /proc/timer_list /proc/keys; stat -c "%n %F" /dev/pts /dev/shm; ls -a /dev; echo done',
      ],
    },
  )
  expect(ran.stdout).toMatch(
    /^\/dev\/null character special file 1:3\n\/proc\/timer_list character special file 1:3\n\/proc\/keys character special file 1:3\n\/dev\/pts directory\n\/dev\/shm directory\n/,
  )
  expect(ran.stdout).not.toMatch(/\.old/)
})

test('own masks at links and pipes', async () => {
  for (const [kind, make] of kinds) {
    const { ran, changed } = await attempt(make('/masked'), '/masked', { maskedPaths: ['/masked'] })
    expect({ kind, changed }).toEqual({ kind, changed: [] })
    if (ran.status !== 0) expect(ran.stderr).toMatch(/boxes: /)
  }
})

test('targets with .. and below links of a volume', async () => {
  symlinkSync(`/dev/.old${decoy}/dir`, `${volume}/sub`)
  symlinkSync(`${up}${decoy}/empty`, `${volume}/sub2`)
  const before = tree(decoy)
  for (const volumes of [
    [`${volume}:/vol`, `${volume}:/vol/sub/x`],
    [`${volume}:/vol`, `${volume}:/vol/sub2/x`],
    [`${volume}:/a/../../../..${decoy}/empty/y`],
  ]) {
    let box: ReturnType<typeof start>
    try {
      box = start({ volumes })
    } catch (error) {
      expect(String(error)).toMatch(/\.\./)
      continue
    }
    const ran = await box.up()
    await box.down('-t', '0')
    expect(tree(decoy)).toEqual(before)
    if (volumes.length > 1)
      expect(ran).toMatchObject({ status: 125, stderr: expect.stringMatching(/is a link/) })
  }
  rmSync(`${volume}/sub`)
  rmSync(`${volume}/sub2`)
})

test('sysctls are written to procfs alone, whatever /proc of the image is', async () => {
  const before = readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')
  mkdirSync(`${decoy}/proc/sys/net/ipv4`, { recursive: true })
  writeFileSync(`${decoy}/proc/sys/net/ipv4/ip_forward`, 'decoy')
  const { ran, changed } = await attempt(
    (path) => cpSync(`${decoy}/proc`, path, { recursive: true }),
    '/proc',
    {
      sysctls: { 'net.ipv4.ip_forward': '1' },
      command: ['sh', '-c', 'cat /proc/sys/net/ipv4/ip_forward; umount /proc 2>/dev/null; echo done'],
    },
  )
  expect(ran.stdout).toBe('1\ndone\n')
  expect(changed).toEqual([])
  expect(readFileSync('/proc/sys/net/ipv4/ip_forward', 'utf8')).toBe(before)
  for (const name of [
    'net/../kernel/core_pattern',
    'kernel.core_pattern',
    'net.ipv4/../../kernel/x',
    'net..kernel',
  ])
    expect(() => start({ sysctls: { [name]: '1' } })).toThrow()
})

describe('programs and libraries of the image', () => {
  test('never run with more than the capabilities of the box (CVE-2019-14271)', async () => {
    const image = `${here.directory}/trap`
    busyboxRoot(image)
    const trap =
      '#!/bin/busybox sh\n/bin/busybox grep CapEff /proc/self/status >>/marks 2>&1; /bin/busybox echo "$0" >>/marks\n'
    for (const name of [
      'mount',
      'umount',
      'ip',
      'perl',
      'nsenter',
      'ps',
      'tar',
      'setpriv',
      'env',
      'cat',
      'hostname',
      'id',
    ]) {
      rmSync(`${image}/bin/${name}`, { force: true })
      writeFileSync(`${image}/bin/${name}`, trap, { mode: 0o755 })
    }
    // What a host program would load, had it the root of the box: not a loader at all.
    for (const name of [
      'lib64/ld-linux-x86-64.so.2',
      'lib/ld-linux-aarch64.so.1',
      'etc/ld.so.preload',
      'etc/nsswitch.conf',
      'lib/x86_64-linux-gnu/libc.so.6',
    ]) {
      mkdirSync(dirname(`${image}/${name}`), { recursive: true })
      writeFileSync(`${image}/${name}`, '/evil.so\n', { mode: 0o755 })
    }
    const box = here.box({
      rootfs: image,
      user: 'app',
      sysctls: { 'net.ipv4.ip_forward': '1' },
      hostname: 'trap',
      maskedPaths: ['/tmp'],
      command: ['sleep', '1000'],
    })
    await box.up({ detach: true })
    await box.enter(['-u', 'root', 'sleep', '0'])
    await box.status()
    await box.logs()
    expect((await box.enter(['-u', 'root', 'busybox', 'cat', '/marks'])).stdout).toBe('')
    // The marks do work:
    await box.enter(['-u', 'root', 'ip'])
    expect((await box.enter(['-u', 'root', 'busybox', 'cat', '/marks'])).stdout).toMatch(
      /CapEff:\t00000000a80425fb\n\/bin\/ip\n/,
    )
    expect((await box.down('-t', '0')).status).toBe(0)
    // nsenter without a root of its own runs what the image has:
    const weak = here.box({ rootfs: image, command: ['sleep', '1000'] })
    without(weak, ' --root=/ ', ' ')
    const ran = await weak.up({ detach: true })
    expect(ran.status).not.toBe(0)
  })
})

describe('hostile archives', () => {
  const pack = (name: string, script: string) => {
    const work = `${here.directory}/${name}`
    mkdirSync(work)
    const made = spawnSync('perl', ['-e', header + script], { cwd: work, maxBuffer: 1 << 26 })
    writeFileSync(`${work}.tar`, made.stdout)
    expect(made.stderr.toString()).toBe('')
    return `${work}.tar`
  }
  // Entries by hand, as no tar makes them: name, type, link, content.
  const header = `sub entry { my ($name, $type, $link, $text, $size) = @_; $size //= length $text; my $h = pack "a100a8a8a8a12a12a8a1a100a6a2a32a32a8a8a155x12", $name, "0000755", "0000000", "0000000",
    $size < 8**11 ? sprintf("%011o", $size) : pack("CCa2NN", 128, 0, "\\0\\0", $size >> 32, $size & 0xffffffff), "00000000000", " " x 8, $type, $link, "ustar", "00", "root", "root", "0000001", "0000003", "";
    substr($h, 148, 8) = sprintf "%06o\\0 ", unpack "%32C*", $h; print $h, $text, "\\0" x (-length($text) % 512) }
    sub done { print "\\0" x 1024 }\n`
  const target = () => `${decoy}/empty/written`
  const archives: [string, () => string][] = [
    ['absolute', () => `entry("${target()}", 0, "", "x"); done()`],
    ['parents', () => `entry("${up}${target()}", 0, "", "x"); done()`],
    [
      'link-then-through',
      () => `entry("ln", 2, "${decoy}/empty", ""); entry("ln/written", 0, "", "x"); done()`,
    ],
    [
      'relative-link',
      () => `entry("ln", 2, "${up}${decoy}/empty", ""); entry("ln/written", 0, "", "x"); done()`,
    ],
    ['hard-link', () => `entry("hl", 1, "${decoy}/file", ""); entry("hl", 0, "", "overwritten"); done()`],
    ['hard-link-parents', () => `entry("hl", 1, "${up}${decoy}/file", ""); done()`],
    ['link-dir-hard', () => `entry("d", 2, "${decoy}", ""); entry("hl", 1, "d/file", ""); done()`],
    ['root-link', () => `entry("./", 2, "${decoy}/empty", ""); entry("written", 0, "", "x"); done()`],
    [
      'dot-entry',
      () => `entry(".", 5, "", ""); entry("..", 5, "", ""); entry("../written", 0, "", "x"); done()`,
    ],
    [
      'pipe-and-device',
      () => `entry("pipe", 6, "", ""); entry("dev-null", 3, "", ""); entry("disk", 4, "", ""); done()`,
    ],
    ['overlong', () => `entry("big", 0, "", "x", 1 << 40); done()`],
  ]
  test.each(archives)('%s', async (name, script) => {
    const before = tree(decoy)
    const archive = pack(name, script())
    const box = here.box({ rootfs: archive, command: ['/nothing'] })
    const ran = await box.up({ timeout: 20_000 })
    expect([125, 127]).toContain(ran.status)
    expect(ran.stderr).toMatch(/boxes: /)
    expect(tree(decoy)).toEqual(before)
    await box.down()
    const found = await run(['find', here.root, '-samefile', `${decoy}/file`], {})
    expect(found.stdout).toBe('')
  })
  test('a sparse file of 1 TiB takes no space', async () => {
    const work = `${here.directory}/sparse`
    mkdirSync(work)
    expect(
      spawnSync('sh', ['-c', 'truncate -s 1T big && tar -cSf ../sparse.tar big'], { cwd: work }).status,
    ).toBe(0)
    const box = here.box({ rootfs: `${here.directory}/sparse.tar`, command: ['/nothing'] })
    expect((await box.up()).status).toBe(127)
    await box.down()
    const { stdout } = await run(['du', '-sk', `${here.root}/roots`])
    expect(Number.parseInt(stdout, 10)).toBeLessThan(100_000)
  })
  test('two at once make one entry; setuid files of it cannot be reached by others', async () => {
    const work = `${here.directory}/suid`
    busyboxRoot(work)
    expect(
      spawnSync('sh', ['-c', `chmod 4755 ${work}/bin/busybox && tar -cf ${quoted(work)}.tar -C ${work} .`])
        .status,
    ).toBe(0)
    const boxes = [1, 2, 3].map(() => here.box({ rootfs: `${work}.tar`, command: ['sh', '-c', 'echo up'] }))
    for (const ran of await Promise.all(boxes.map((box) => box.up())))
      expect(ran).toEqual({ status: 0, stdout: 'up\n', stderr: '' })
    const found = await run([
      'setpriv',
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      'find',
      here.root,
      '-perm',
      '-4000',
    ])
    expect(found.stdout).toBe('')
  })
})
