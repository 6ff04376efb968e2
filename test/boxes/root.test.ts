import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, distrolessRoot, until, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
const bare = distrolessRoot()
afterAll(() => {
  for (const path of [root, bare]) rmSync(path, { recursive: true })
})

/** Every file with its kind, mode, owner, size, times and content. */
function checksums(path: string): string {
  const script =
    'find . -printf "%p %y %m %U:%G %s %T@ %l\\n" | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum'
  return spawnSync('sh', ['-c', script], { cwd: path, encoding: 'utf8' }).stdout
}

test('the image’s own files are never written', async () => {
  const before = checksums(root)
  const script = `echo x >/etc/passwd; rm /bin/ls; mkdir /new; chmod 777 /root; mv /etc/group /etc/g2
    touch /tmp/t; ln -s / /home/l; chown 5 /home/app; /bin/ls; rm -rf /home`
  const ran = await here.sh({ rootfs: root, working_dir: '/made/for/me' }, script)
  expect(ran.stderr).toContain('/bin/ls: not found')
  expect(checksums(root)).toBe(before)
})

test('what a box writes survives stop and up, and goes with down', async () => {
  const box = here.box({ rootfs: root, command: ['sh', '-c', 'cat /kept; echo kept >>/kept'] })
  expect((await box.up()).stdout).toBe('')
  expect((await box.up()).stdout).toBe('kept\n')
  await box.up({ detach: true })
  await box.stop('-t', '0')
  expect((await box.up()).stdout).toBe('kept\nkept\nkept\n')
  await box.down()
  expect((await box.up()).stdout).toBe('')
})

test('up --rm leaves no layer', async () => {
  const box = here.box({ rootfs: root, command: ['sh', '-c', 'echo x >/kept; exit 3'] })
  expect((await box.up({ args: ['--rm'] })).status).toBe(3)
  expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
})

test('two boxes on one root do not see each other’s files', async () => {
  const one = here.box({ rootfs: root, command: ['sleep', '1000'] })
  await one.up({ detach: true })
  await one.enter(['touch', '/only-one'])
  expect((await here.sh({ rootfs: root }, 'ls /only-one')).status).toBe(1)
})

test('read_only: nothing can be written but what is mounted', async () => {
  const spec = { rootfs: root, read_only: true, tmpfs: ['/scratch'] }
  const ran = await here.sh(spec, 'touch /new; touch /etc/passwd; touch /scratch/a /dev/shm/b && echo fine')
  expect(ran.stdout).toBe('fine\n')
  expect(ran.stderr.match(/Read-only file system/g)).toHaveLength(2)
})

test('the host’s root is not reachable from the box’s', async () => {
  const ran = await here.sh({ rootfs: root }, 'ls -A / /dev /../../..; grep / /proc/mounts')
  expect(ran.stdout).not.toContain('.old')
  expect(ran.stdout).not.toMatch(/^(boot|usr|vda)$/m)
  expect(ran.stdout).toMatch(/^overlay \/ overlay/m)
})

test('the root is a pivoted one: the top of the mount tree', async () => {
  const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
  await box.up({ detach: true })
  const [first, ...rest] = (await box.proc()).mounts()
  expect(first).toMatchObject({ point: '/', type: 'overlay', root: '/' })
  expect(rest.every(({ point }) => point !== '/')).toBe(true)
})

test.each([
  ['gz', 'gzip'],
  ['xz', 'xz'],
  ['zst', 'zstd'],
])('a .tar.%s is unpacked once, by its digest', async (ending, tool) => {
  const archive = `${here.directory}/root.tar.${ending}`
  spawnSync('tar', [`--${tool}`, '-C', root, '-cf', archive, '.'])
  const box = here.box({ rootfs: archive, command: ['sh', '-c', 'id -un; ls -ld /tmp'] })
  expect((await box.up()).stdout).toMatch(/^root\ndrwxrwxrwt/)
  const cache = box.box.rootfs.kind === 'tarball' ? `${box.box.paths.roots}/${box.box.rootfs.sha256}` : ''
  const made = statSync(cache).ctimeMs
  const before = checksums(cache)
  await box.down()
  expect((await box.up()).status).toBe(0)
  expect(statSync(cache).ctimeMs).toBe(made)
  expect(checksums(cache)).toBe(before)
  expect(statSync(`${cache}/bin/sh`).ino).toBe(statSync(`${cache}/bin/ls`).ino)
})

test('two boxes that ask for one archive at once unpack it once', async () => {
  const archive = `${here.directory}/both.tar`
  spawnSync('tar', ['-C', root, '-cf', archive, '.', '--mtime=@77'])
  const boxes = [1, 2, 3].map(() => here.box({ rootfs: archive, command: ['echo', 'hi'] }))
  const ran = await Promise.all(boxes.map((box) => box.up()))
  expect(ran.map(({ stdout }) => stdout)).toEqual(['hi\n', 'hi\n', 'hi\n'])
})

test('a damaged archive is an error, and leaves nothing in the cache', async () => {
  const archive = here.file('damaged.tar.gz', 'this is no archive\n')
  const box = here.box({ rootfs: archive, command: ['true'] })
  const ran = await box.up()
  expect(ran.status).toBe(125)
  expect(ran.stderr).toContain('Unpack the root archive')
  expect(box.box.rootfs.kind === 'tarball' && existsSync(`${here.root}/roots/${box.box.rootfs.sha256}`)).toBe(
    false,
  )
})

test('a root of one static program: working directory, no capabilities, a filter', async () => {
  const before = checksums(bare)
  const box = here.box({
    rootfs: bare,
    command: ['/sleep', '1000'],
    working_dir: '/some/where',
    cap_drop: ['ALL'],
    user: '1234:1234',
    hostname: 'bare',
  })
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  const { args, status, cwd, root: inside } = await box.proc()
  expect(args).toEqual(['/sleep', '1000'])
  expect(cwd()).toBe('/some/where')
  expect(status).toMatchObject({ Seccomp: '2', NoNewPrivs: '1', CapBnd: '0000000000000000' })
  expect(status.Uid).toBe('1234\t1234\t1234\t1234')
  expect(readFileSync(inside('/etc/hostname'), 'utf8')).toBe('bare\n')
  expect((await box.enter(['/sleep', '0'])).status).toBe(0)
  expect((await box.enter([])).status).toBe(127)
  await box.down('-t', '0')
  expect(checksums(bare)).toBe(before)
})

test('the host’s userland: its programs, not its files’ changes', async () => {
  const name = `/var/tmp/${here.prefix}probe`
  const ran = await here.sh({}, `echo x >${name} && cat ${name}`)
  expect(ran.stdout).toBe('x\n')
  expect(existsSync(name)).toBe(false)
})

test('a root that has gone since the plan is an error that names it', async () => {
  const gone = `${here.directory}/gone`
  mkdirSync(gone)
  const box = here.box({ rootfs: gone, command: ['true'] })
  rmSync(gone, { recursive: true })
  const ran = await box.up()
  expect(ran.status).toBe(125)
  expect(ran.stderr).toContain(`${gone} is not a directory`)
})

test('the mount table of the host is the same while a box runs', async () => {
  const mounts = here.inventory().mounts
  const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
  await box.up({ detach: true })
  await until(() => box.pid(), 'it runs')
  expect(here.inventory().mounts).toEqual(mounts)
})
