import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, run, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))

function source(name: string): string {
  const path = `${here.directory}/${name}`
  mkdirSync(path)
  writeFileSync(`${path}/file`, `${name}\n`)
  return path
}

test('rw: what the box writes is on the host', async () => {
  const path = source('rw')
  await here.sh({ rootfs: root, volumes: [`${path}:/data`] }, 'cat /data/file; echo written >/data/new')
  expect(readFileSync(`${path}/new`, 'utf8')).toBe('written\n')
})

test('ro: the box can read, and not write', async () => {
  const path = source('ro')
  const ran = await here.sh(
    { rootfs: root, volumes: [`${path}:/data:ro`] },
    'cat /data/file; touch /data/new',
  )
  expect(ran.stdout).toBe('ro\n')
  expect(ran.stderr).toMatch(/Read-only/)
  expect(existsSync(`${path}/new`)).toBe(false)
})

test('a single file', async () => {
  const path = source('single')
  const spec = { rootfs: root, volumes: [`${path}/file:/etc/deep/conf`] }
  expect((await here.sh(spec, 'cat /etc/deep/conf; ls /etc/deep')).stdout).toBe('single\nconf\n')
})

test('a volume inside another: its target is made there', async () => {
  const [outer, inner] = [source('first-one'), source('within')]
  const spec = { rootfs: root, volumes: [`${outer}:/data`, `${inner}:/data/deep/er`] }
  expect((await here.sh(spec, 'cat /data/file /data/deep/er/file')).stdout).toBe('first-one\nwithin\n')
})

test('a tmpfs, a file and a volume in that tmpfs lie inside a volume, whatever the order', async () => {
  const [outer, inner] = [source('outermost'), source('innermost')]
  const spec = {
    rootfs: root,
    volumes: [`${inner}:/data/tmp/in`, `${outer}:/data`, `${inner}/file:/data/conf/one:ro`],
    tmpfs: ['/data/tmp:mode=700'],
  }
  const ran = await here.sh(
    spec,
    'stat -fc %T /data/tmp; stat -c %a /data/tmp; cat /data/tmp/in/file /data/conf/one; echo x >/data/conf/one; ls -A /dev',
  )
  expect(ran.stdout).toMatch(/^tmpfs\n700\ninnermost\ninnermost\n/)
  expect(ran.stdout).not.toMatch(/\.mount/)
  expect(ran.stderr).toMatch(/Read-only/)
  expect(readdirSync(`${outer}/tmp`)).toEqual([])
})

test('a volume on /etc brings its own hosts, hostname and resolv.conf, and a note says so', async () => {
  const path = source('etc')
  symlinkSync('../run/elsewhere', `${path}/resolv.conf`)
  const box = here.box({ rootfs: root, volumes: [`${path}:/etc:ro`], command: ['ls', '/etc'] })
  expect(box.box.notes).toEqual([expect.stringMatching(/^volumes\[0\]: a volume on \/etc brings its own/)])
  expect((await box.up()).stdout).toBe('file\nresolv.conf\n')
})

test('a place in a volume that is only read cannot be made there: one error', async () => {
  const [outer, inner] = [source('closed'), source('kept-out')]
  const ran = await here.sh({ rootfs: root, volumes: [`${outer}:/data:ro`, `${inner}:/data/new`] }, 'true')
  expect(ran.status).toBe(125)
  expect(ran.stderr).toMatch(/boxes: \/data\/new: new: Read-only file system/)
  expect(existsSync(`${outer}/new`)).toBe(false)
})

test('maskedPaths and readonlyPaths inside a volume', async () => {
  const path = source('partly')
  mkdirSync(`${path}/fixed`)
  const spec = {
    rootfs: root,
    volumes: [`${path}:/data`],
    maskedPaths: ['/data/file'],
    readonlyPaths: ['/data/fixed'],
  }
  const ran = await here.sh(spec, 'cat /data/file; touch /data/fixed/x; touch /data/free')
  expect(ran.stdout).toBe('')
  expect(ran.stderr).toMatch(/fixed\/x: Read-only/)
  expect(readdirSync(path).sort()).toEqual(['file', 'fixed', 'free'])
})

test('a file for a directory, or the other way round, in a volume: an error that says so', async () => {
  const [outer, inner] = [source('kind'), source('other-kind')]
  mkdirSync(`${outer}/directory`)
  const on = async (volume: string) =>
    (await here.sh({ rootfs: root, volumes: [`${outer}:/data`, volume] }, 'true')).stderr
  expect(await on(`${inner}:/data/file`)).toMatch(/a directory cannot be mounted on a file/)
  expect(await on(`${inner}/file:/data/directory`)).toMatch(/a file cannot be mounted on a directory/)
})

test('readonlyPaths keeps what the mount there refuses', async () => {
  const spec = { rootfs: root, tmpfs: ['/t'], readonlyPaths: ['/t'] }
  const ran = await here.sh(spec, 'awk \'$5 == "/t" { print $6 }\' /proc/self/mountinfo | tail -n 1')
  expect(ran.stdout).toMatch(/^ro,nosuid,nodev,noexec/)
})

test('targets are made in the writable layer, not in the image', async () => {
  const path = source('made')
  await here.sh({ rootfs: root, volumes: [`${path}:/a/b/c`] }, 'ls /a/b/c')
  expect(existsSync(`${root}/a`)).toBe(false)
})

test('a missing source is made by the short form, and an error in the long form without create_host_path', async () => {
  const made = `${here.directory}/fresh`
  expect((await here.sh({ rootfs: root, volumes: [`${made}:/v`] }, 'ls -A /v')).status).toBe(0)
  expect(statSync(made).isDirectory()).toBe(true)
  const gone = `${here.directory}/gone`
  const long = { type: 'bind', source: gone, target: '/v', bind: { create_host_path: false } }
  const ran = await here.sh({ rootfs: root, volumes: [long] }, 'true')
  expect(ran.status).toBe(125)
  expect(ran.stderr).toContain(`${gone} does not exist`)
  expect(existsSync(gone)).toBe(false)
})

test('a symbolic link as the source is followed on the host', async () => {
  const path = source('linked')
  symlinkSync(path, `${here.directory}/link`)
  const spec = { rootfs: root, volumes: [`${here.directory}/link:/data`] }
  expect((await here.sh(spec, 'cat /data/file')).stdout).toBe('linked\n')
})

test('a symbolic link as the target is followed inside the box', async () => {
  const path = source('inside')
  const linked = busyboxRoot(`${here.directory}/linked-root`)
  symlinkSync('/../../../../../../tmp', `${linked}/data`)
  const ran = await here.sh({ rootfs: linked, volumes: [`${path}:/data`] }, 'cat /tmp/file')
  expect(ran.stdout).toBe('inside\n')
})

test('names with blanks, quotes, commas, colons’ kin and backslashes', async () => {
  const path = source(`it's "a", \\040\\ dir #1\t$HOME`)
  const target = '/with blank, "q" \\ and # \'s'
  const volumes = [{ type: 'bind', source: path, target }]
  const ran = await here.sh({ rootfs: root, volumes, environment: { T: target } }, 'cat "$T/file"')
  expect(ran).toMatchObject({ status: 0, stdout: readFileSync(`${path}/file`, 'utf8') })
})

test('type tmpfs, with its size and mode', async () => {
  const volumes = [{ type: 'tmpfs', target: '/t', tmpfs: { size: '1m', mode: '0710' } }]
  const ran = await here.sh({ rootfs: root, volumes }, 'grep " /t " /proc/mounts')
  expect(ran.stdout).toMatch(/^tmpfs \/t tmpfs rw,nosuid,nodev,.*size=1024k,mode=710/)
})

test('the order is that of the spec: a volume within a volume', async () => {
  const outer = source('outer')
  mkdirSync(`${outer}/in`)
  const inner = source('inner')
  const ran = await here.sh(
    { rootfs: root, volumes: [`${outer}:/v`, `${inner}:/v/in`] },
    'cat /v/file /v/in/file',
  )
  expect(ran.stdout).toBe('outer\ninner\n')
})

test.each([[[]], [['-d']]])(
  'a volume that cannot be mounted: up %j says which, and leaves nothing',
  async (args) => {
    const outer = source(`outer${args.length}`)
    const box = here.box({
      rootfs: root,
      command: ['true'],
      volumes: [`${outer}:/v:ro`, `${outer}/file:/v/none`],
    })
    const ran = await box.call(['up', ...args])
    expect(ran.status).toBe(125)
    expect(ran.stderr).toMatch(/failed at "Put \/v\/none into its volume" \(asked for by: volumes\[1\]\)/)
    expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
  },
)

/** Runs a box in a mount namespace of its own, in which `prepare` made mounts; all of it goes with its last process. */
async function inNamespace(prepare: string, spec: Record<string, unknown>, during: string): Promise<string> {
  const box = here.box({ rootfs: root, command: ['sleep', '100'], ...spec })
  const script = `set -e
    ${prepare}
    sh ${box.program} up -d >/dev/null
    ${during}
    sh ${box.program} down -t 0`
  const ran = await run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script], {
    env: { ...here.env, ENTER: `sh ${box.program} enter` },
  })
  expect(ran.stderr).toBe('')
  return ran.stdout
}

test('ro keeps the source’s nosuid, nodev and noexec', async () => {
  const path = source('flags')
  const stdout = await inNamespace(
    `mount -t tmpfs -o nosuid,nodev,noexec tmpfs ${path}`,
    { volumes: [`${path}:/v:ro`] },
    '$ENTER grep " /v " /proc/mounts',
  )
  expect(stdout).toMatch(/^tmpfs \/v tmpfs ro,nosuid,nodev,noexec/)
})

const marks = { rprivate: '-', rslave: 'master', rshared: 'shared' }
test.each(Object.entries(marks))('propagation %s', async (word, mark) => {
  const path = source(word)
  const stdout = await inNamespace(
    `mount -t tmpfs tmpfs ${path}; mount --make-shared ${path}; mkdir ${path}/host ${path}/box`,
    { volumes: [`${path}:/v:${word}`], cap_add: ['SYS_ADMIN'], seccomp: 'unconfined' },
    `$ENTER awk '$5 == "/v" { print $7 }' /proc/self/mountinfo
     mount -t tmpfs tmpfs ${path}/host; touch ${path}/host/mark
     $ENTER ls /v/host
     echo --
     $ENTER mount -t tmpfs tmpfs /v/box
     $ENTER touch /v/box/mark
     ls ${path}/box`,
  )
  const [first, ...rest] = stdout.trimEnd().split('\n')
  expect(first).toMatch(new RegExp(`^${mark}`))
  const seenInside = word === 'rprivate' ? [] : ['mark']
  const seenOutside = word === 'rshared' ? ['mark'] : []
  expect(rest).toEqual([...seenInside, '--', ...seenOutside])
})

test('a shared volume takes no mount from the host, whose mounts are shared as well', async () => {
  const path = source('host')
  const stdout = await inNamespace(
    `mount --make-rshared /; mkdir ${path}/sub; mount -t tmpfs tmpfs ${path}/sub; touch ${path}/sub/mark`,
    { volumes: [`${path}:/v:rshared`] },
    `$ENTER ls /v/sub; ls ${path}/sub; grep -c ' /dev/pts ' /proc/self/mountinfo`,
  )
  expect(stdout).toMatch(/^mark\nmark\n[1-9]/)
})

const mapping = [{ containerID: 0, hostID: 300000, size: 65536 }]

test('idmap: its own file system only, with the source’s nosuid, nodev and noexec', async () => {
  const path = source('own')
  const stdout = await inNamespace(
    `mount -t tmpfs -o nosuid,nodev,noexec tmpfs ${path}; mkdir ${path}/sub; mount -t tmpfs tmpfs ${path}/sub; touch ${path}/sub/mark`,
    { volumes: [`${path}:/v:ro,idmap`], uidMappings: mapping, gidMappings: mapping },
    '$ENTER stat -c %u /v /v/sub; $ENTER ls /v/sub; $ENTER grep " /v " /proc/mounts',
  )
  expect(stdout).toMatch(/^0\n0\ntmpfs \/v tmpfs ro,nosuid,nodev,noexec/)
})

test('with a shared volume and a user namespace the layers are not mounted on the host', async () => {
  const path = source('mapped')
  const stdout = await inNamespace(
    'mount --make-rshared /',
    { volumes: [`${path}:/v:rshared`], uidMappings: mapping, gidMappings: mapping },
    `$ENTER ls /v; grep ${here.run} /proc/self/mountinfo || echo none`,
  )
  expect(stdout).toBe('file\nnone\n')
})

test('rw: mounts below the source are there', async () => {
  const path = source('above')
  const stdout = await inNamespace(
    `mkdir ${path}/sub; mount -t tmpfs tmpfs ${path}/sub; touch ${path}/sub/mark`,
    { volumes: [`${path}:/v`] },
    '$ENTER ls /v/sub',
  )
  expect(stdout).toBe('mark\n')
})

// util-linux 2.38 cannot make a tree read-only, so what could be written does not show.
test('ro: mounts below the source are not writable', async () => {
  const path = source('below')
  const stdout = await inNamespace(
    `mkdir ${path}/sub; mount -t tmpfs tmpfs ${path}/sub; touch ${path}/sub/mark`,
    { volumes: [`${path}:/v:ro`] },
    '$ENTER ls /v/sub; if $ENTER touch /v/sub/new 2>/dev/null; then echo written; else echo refused; fi',
  )
  expect(stdout).toMatch(/^(mark\n)?refused\n$/)
})
