import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { busyboxRoot, run, type TestBox, type Who, world } from '../harness/index.ts'
import { difference, plant, tree, up, without } from './attack.ts'

// Mount targets that the image shapes, its devices, its procfs. A tree of the host stands where the
// links of the image lead; it must not change, whatever becomes of the box.
export function mountTargets(who: Who): void {
  const here = world(who)
  const decoy = `${here.directory}/decoy`
  const volume = `${here.directory}/volume`
  let root = ''

  beforeAll(() => {
    plant(decoy)
    here.own(decoy)
    mkdirSync(volume)
    writeFileSync(`${volume}/file`, 'of the volume')
    root = here.own(busyboxRoot(`${here.directory}/image`))
    here.own(volume)
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
    by = (box: TestBox) => box.up({ timeout: 10_000 }),
  ) {
    plant(decoy)
    here.own(decoy)
    const before = tree(decoy)
    const inside = `${root}${path}`
    const kept = `${here.directory}/kept`
    const was = existsSync(inside)
    if (was) cpSync(inside, kept, { recursive: true })
    rmSync(inside, { recursive: true, force: true })
    mkdirSync(dirname(inside), { recursive: true })
    try {
      place(inside)
      here.own(root)
      const box = start(extra)
      weaken?.(box)
      const ran = await by(box)
      expect((await box.down('-t', '0')).stderr).toBe('')
      return { ran, changed: difference(tree(decoy), before) }
    } finally {
      rmSync(inside, { recursive: true, force: true })
      if (was) cpSync(kept, inside, { recursive: true })
      rmSync(kept, { recursive: true, force: true })
    }
  }

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
          expect([kind, ran.status, ran.stderr]).toEqual([kind, ran.status, expect.stringMatching(/boxes: /)])
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
  })

  test('/dev as a link is refused with its reason (CVE-2026-41579)', async () => {
    for (const to of [`${decoy}/dev`, `${up}${decoy}/dev`, 'etc']) {
      const { ran, changed } = await attempt((path) => symlinkSync(to, path), '/dev')
      expect(changed).toEqual([])
      expect(ran).toMatchObject({ status: 125, stdout: '' })
      expect(ran.stderr).toMatch(/the \/dev of this root file system is a symbolic link/)
    }
  })

  type Defence = readonly [text: string | RegExp, instead: string]
  const withoutAll = (defences: readonly Defence[]) => (box: TestBox) => {
    for (const [text, instead] of defences) without(box, text, instead)
  }
  const refusal: Defence = [/^ {2}\[ ! -h dev \] \|\|\n.*$/, '']
  const ownDev: Defence = [/^ {2}mount -t tmpfs -o \S+ tmpfs dev$/, '']
  // As runc 1.1.5 and crun 1.8.1 made them: by a path that the image may lead elsewhere, not inside the new root.
  const insideRoot: Defence = [
    'perl -e "$TARGETS" "$machine" "$@"',
    'rm -f dev/null && mknod dev/null c 1 3 && mkdir dev/.old',
  ]

  test('/dev as a link: the refusal, the tmpfs on it and the way inside the root each hold alone; without all three the host has a device', async () => {
    const place = (path: string) => symlinkSync(`${decoy}/dev`, path)
    const changed = async (...defences: readonly Defence[]) => {
      const weak = await attempt(place, '/dev', {}, withoutAll(defences))
      expect([125, 127]).toContain(weak.ran.status)
      return weak.changed
    }
    expect(await changed(ownDev, insideRoot)).toEqual([])
    expect(await changed(refusal, insideRoot)).toEqual([])
    expect(await changed(refusal, ownDev)).toEqual([])
    expect((await changed(refusal, ownDev, insideRoot)).join('\n')).toMatch(
      // An ordinary user makes no devices, but removes what stood there.
      who === 'root' ? /decoy\/dev\/null 20\d+ 0:0 259$/m : /decoy\/dev\/null 100644 /,
    )
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

  // An ordinary user's /dev/null is mounted there, and one that leads out is refused.
  if (who === 'root')
    test('without the tmpfs and the nodes made anew, the mask is what the /dev/null of the image names', async () => {
      const place = (path: string) => {
        mkdirSync(path)
        symlinkSync(`/dev/.old${decoy}/file`, `${path}/null`)
      }
      const command = ['sh', '-c', 'cat /proc/timer_list; echo pwned >>/proc/timer_list; true']
      const ownNull: Defence = ['node /dev/null 1 3 666', '']
      // Its standard input is not /dev/null: the launcher, too, would see that this is another file.
      const masked = (...defences: readonly Defence[]) =>
        attempt(place, '/dev', { command }, withoutAll(defences), (box) => box.up({ stdin: '' }))
      expect(await masked()).toEqual({ ran: { status: 0, stdout: '', stderr: '' }, changed: [] })
      expect(await masked(ownDev)).toEqual({ ran: { status: 0, stdout: '', stderr: '' }, changed: [] })
      expect(await masked(ownNull)).toMatchObject({ ran: { status: 125 }, changed: [] })
      const weak = await masked(ownDev, ownNull)
      expect(weak.ran).toEqual({ status: 0, stdout: 'file', stderr: '' })
      expect(weak.changed.join('\n')).toMatch(/decoy\/file /)
    })

  describe.each(['maskedPaths', 'readonlyPaths'])('own %s', (field) => {
    test('at links and pipes', async () => {
      for (const [kind, make] of kinds) {
        const { ran, changed } = await attempt(make('/masked'), '/masked', { [field]: ['/masked'] })
        expect({ kind, changed }).toEqual({ kind, changed: [] })
        if (ran.status !== 0)
          expect([kind, ran.status, ran.stderr]).toEqual([kind, ran.status, expect.stringMatching(/boxes: /)])
      }
    })
    test('hold at a pipe and a file', async () => {
      const command = ['sh', '-c', 'stat -c %F /masked; chmod 711 /masked 2>&1; true']
      const [expected, ...defence] =
        field === 'maskedPaths'
          ? ([/^character special file\n(chmod: .*\n)?$/, /^ {2}mask \/masked .*$/, ''] as const)
          : ([/\n.*Read-only/, /^ {2}read_only \/masked .*$/, ''] as const)
      for (const [place, type] of [
        [(path: string) => spawnSync('mkfifo', [path]), 'fifo'],
        [(path: string) => writeFileSync(path, 'a file'), 'regular file'],
      ] as const) {
        const look = async (...defences: readonly Defence[]) =>
          (await attempt(place, '/masked', { [field]: ['/masked'], command }, withoutAll(defences))).ran
            .stdout
        expect(await look()).toMatch(expected)
        expect(await look(defence)).toBe(`${type}\n`)
      }
    })
  })

  /** Runs `up` where the decoy is a shared mount, as all are on a host with systemd, and lists what is mounted in it there. */
  const mounted = (box: TestBox) =>
    run(
      [
        ...(['unshare', '--mount', '--propagation', 'private', 'sh', '-c'] as const),
        `mount --bind ${decoy} ${decoy} && mount --make-shared ${decoy} || exit; sh ${box.program} up >/dev/null 2>&1
       grep -o 'decoy/[^ ]* ' /proc/self/mountinfo | sort -u; echo end`,
      ],
      { env: here.env },
    )

  // Nothing that a user namespace mounts gets into the mounts of the host.
  if (who === 'root')
    test('masks and read-only mounts of a link stay out of the mounts of the host', async () => {
      const there = async (to: string, field: string, weaken?: (box: TestBox) => void) => {
        const place = (path: string) => symlinkSync(to, path)
        return (await attempt(place, '/masked', { [field]: ['/masked'] }, weaken, mounted)).ran.stdout
      }
      const byFurnisher = (box: TestBox) => {
        without(box, /^propagation=slave$/, 'propagation=unchanged')
        // It would take the mount away again, on the host too.
        without(box, /^ {2}umount -N .* --lazy \/dev\/\.old$/)
      }
      // By a path on the host, as older runtimes did, in a namespace whose mounts the host gets too.
      const byPath = (box: TestBox) => {
        without(box, '"$@" --bind /dev/null "$path"', 'mount --bind /dev/null "/proc/$furnisher/root$path"')
        without(box, /--propagation[\s\\]+slave --pid/, '--propagation unchanged --pid')
      }
      for (const [to, field, weaken, target] of [
        [`/dev/.old${decoy}/file`, 'maskedPaths', byFurnisher, 'file'],
        [`/dev/.old${decoy}/dir`, 'readonlyPaths', byFurnisher, 'dir'],
        [`${decoy}/file`, 'maskedPaths', byPath, 'file'],
      ] as const) {
        expect(await there(to, field)).toBe('end\n')
        expect(await there(to, field, weaken)).toBe(`decoy/${target} \nend\n`)
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

  test('sysctls are written to procfs alone, whatever /proc of the image is (CVE-2019-16884)', async () => {
    const name = 'net/ipv4/ip_unprivileged_port_start'
    const before = readFileSync(`/proc/sys/${name}`, 'utf8')
    const copy = (path: string) => cpSync(`${decoy}/proc`, path, { recursive: true })
    const link = (path: string) => {
      mkdirSync(path)
      symlinkSync(`${decoy}/proc/sys`, `${path}/sys`)
    }
    const extra = {
      sysctls: { [name.replaceAll('/', '.')]: '77' },
      command: ['sh', '-c', `cat /proc/sys/${name}; umount /proc 2>/dev/null; echo done`],
    }
    for (const place of [copy, link]) {
      const { ran, changed } = await attempt(place, '/proc', extra)
      expect(ran).toEqual({ status: 0, stdout: '77\ndone\n', stderr: '' })
      expect(changed).toEqual([])
    }
    // Written in the root of the box, before its procfs is mounted: lost in the first image, on the host with the second.
    const inRoot = (box: TestBox) => {
      without(box, /^ {2}root_is_there$/)
      without(
        box,
        `printf '%s\\n' 77 >/proc/sys/${name}`,
        `root_is_there; printf '%s\\n' 77 >/proc/"$furnisher"/root/proc/sys/${name}`,
      )
    }
    expect(await attempt(copy, '/proc', extra, inRoot)).toEqual({
      ran: { status: 0, stdout: '1024\ndone\n', stderr: '' },
      changed: [],
    })
    expect((await attempt(link, '/proc', extra, inRoot)).changed.join('\n')).toMatch(
      new RegExp(`decoy/proc/sys/${name} `),
    )
    expect(readFileSync(`/proc/sys/${name}`, 'utf8')).toBe(before)
    for (const wrong of [
      'net/../kernel/core_pattern',
      'kernel.core_pattern',
      'net.ipv4/../../kernel/x',
      'net..kernel',
    ])
      expect(() => start({ sysctls: { [wrong]: '1' } })).toThrow()
  })
}
