import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { busyboxRoot, run, type Who, world } from '../harness/index.ts'
import { difference, plant, quoted, tree, up, without } from './attack.ts'

// Archives that would write, or name, something outside of the directory they are unpacked in.
export function hostileArchives(who: Who): void {
  const here = world(who)
  const decoy = `${here.directory}/decoy`
  const roots = `${here.root}/roots`

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

  /** The host as an archive could change it: content, further names of a file, something beside the entries of the cache. */
  const host = () => [
    ...tree(decoy),
    `names ${lstatSync(`${decoy}/file`).nlink}`,
    ...(existsSync(`${roots}/written`) ? ['beside'] : []),
  ]

  const extract = 'tar --extract'
  const trusting = [extract, 'tar --absolute-names --extract'] as const
  const inPlace = [extract, 'tar --absolute-names --overwrite --extract'] as const
  // Names joined to that of the directory, as text: the link takes the place of the directory itself (CVE-2021-29136).
  const joining = [
    '--directory "$lower.part"',
    '--absolute-names --directory "$roots" --transform "flags=rSH;s,^[.]*/*,${lower##*/}.part/," --transform "flags=rSH;s,/\\$,,"',
  ] as const
  const written = /decoy\/empty\/written /
  const named = /^names 2$/m

  /** Name, script, exit status (127: it was unpacked, and has no command), defence, what is seen without it. */
  const archives: [string, () => string, number, readonly [string, string], RegExp | number][] = [
    ['absolute', () => `entry("${target()}", 0, "", "x"); done()`, 127, trusting, written],
    ['parents', () => `entry("${up}${target()}", 0, "", "x"); done()`, 125, trusting, written],
    [
      'link-then-through',
      () => `entry("ln", 2, "${decoy}/empty", ""); entry("ln/written", 0, "", "x"); done()`,
      125,
      trusting,
      written,
    ],
    [
      'relative-link',
      () => `entry("ln", 2, "${up}${decoy}/empty", ""); entry("ln/written", 0, "", "x"); done()`,
      125,
      trusting,
      written,
    ],
    [
      'hard-link',
      () => `entry("hl", 1, "${decoy}/file", ""); entry("hl", 0, "", "overwritten"); done()`,
      125,
      inPlace,
      /decoy\/file .*\nnames 2$/m,
    ],
    ['hard-link-parents', () => `entry("hl", 1, "${up}${decoy}/file", ""); done()`, 125, trusting, named],
    [
      'link-dir-hard',
      () => `entry("d", 2, "${decoy}", ""); entry("hl", 1, "d/file", ""); done()`,
      125,
      trusting,
      named,
    ],
    [
      'root-link',
      () => `entry("./", 2, "${decoy}/empty", ""); entry("written", 0, "", "x"); done()`,
      125,
      joining,
      written,
    ],
    [
      'dot-entry',
      () => `entry(".", 5, "", ""); entry("..", 5, "", ""); entry("../written", 0, "", "x"); done()`,
      125,
      trusting,
      /^beside$/m,
    ],
    // Half an archive is none.
    [
      'overlong',
      () => `entry("big", 0, "", "x", 1 << 40); done()`,
      125,
      ['--delay-directory-restore', '--delay-directory-restore || :'],
      127,
    ],
  ]

  test.each(archives)('%s', async (name, script, status, [text, instead], seen) => {
    const archive = pack(name, script())
    const attempt = async (weak: boolean) => {
      rmSync(roots, { recursive: true, force: true })
      plant(decoy)
      here.own(decoy)
      const before = host()
      const box = here.box({ rootfs: archive, command: ['/nothing'] })
      if (weak) without(box, text, instead)
      const ran = await box.up({ timeout: 20_000 })
      await box.down()
      return { ran, changed: difference(host(), before) }
    }
    const { ran, changed } = await attempt(false)
    expect([ran.status, changed]).toEqual([status, []])
    expect(ran.stderr).toMatch(/boxes: /)
    const weak = await attempt(true)
    if (typeof seen === 'number') expect(weak.ran.status).toBe(seen)
    else expect(weak.changed.join('\n')).toMatch(seen)
  })

  test('an archive goes into an empty directory: a link that lies there is not gone through', async () => {
    const archive = pack('second', `entry("ln/written", 0, "", "x"); done()`)
    const attempt = async (weak: boolean) => {
      rmSync(roots, { recursive: true, force: true })
      plant(decoy)
      here.own(decoy)
      const before = host()
      const box = here.box({ rootfs: archive, command: ['/nothing'] })
      if (weak) {
        without(box, /^ {4}erase "\$lower\.part"$/)
        without(box, 'mkdir -m 755 "$lower.part"', 'mkdir -p "$lower.part"')
      }
      // As a layer before it, or an unpacking that was killed, may have left it.
      const { rootfs } = box.box
      const part = `${roots}/${'key' in rootfs ? rootfs.key : ''}.part`
      mkdirSync(part, { recursive: true, mode: 0o700 })
      symlinkSync(`${decoy}/empty`, `${part}/ln`)
      here.own(roots)
      expect((await box.up()).status).toBe(127)
      await box.down()
      return difference(host(), before)
    }
    expect(await attempt(false)).toEqual([])
    expect((await attempt(true)).join('\n')).toMatch(written)
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
    const reached = async () => {
      const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups']
      return (await run(['setpriv', ...nobody, 'find', here.root, '-perm', '-4000'])).stdout
    }
    expect(await reached()).toBe('')
    // The directories that are made have no other protection than this.
    rmSync(roots, { recursive: true, force: true })
    const weak = here.box({ rootfs: `${work}.tar`, command: ['true'] })
    without(weak, /^umask 077$/, 'umask 022')
    expect((await weak.up()).status).toBe(0)
    expect(await reached()).toMatch(/bin\/busybox$/m)
  })
}
