import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { anna, busyboxRoot, makeWorld, until, type World, world } from '../harness/index.ts'
import { without } from '../security/attack.ts'

const here = world('anna')
const root = here.own(busyboxRoot(`${here.directory}/image`))

describe('a run directory that another user made first', () => {
  /** A world whose run directory is as `make` says, beside a program that exists. */
  async function attacked(make: (run: string, world: World) => void, use: (at: World) => Promise<void>) {
    const at = makeWorld('anna')
    try {
      make(at.run, at)
      await use(at)
    } finally {
      spawnSync('rm', ['-rf', at.directory])
    }
  }
  const sh = (script: string, run: string) =>
    expect(spawnSync('sh', ['-c', `umask 0; ${script}; chown -h 4343:4343 ${run}`]).status).toBe(0)
  const directory = (run: string) => sh(`mkdir ${run}`, run)
  const ways: [string, (run: string, world: World) => void][] = [
    ['a directory', directory],
    [
      'a link to a directory of the caller',
      (run, { directory }) =>
        sh(`mkdir ${directory}/own; chown 4242 ${directory}/own; ln -s own ${run}`, run),
    ],
    ['a link to nothing', (run, { directory }) => sh(`ln -s ${directory}/none ${run}`, run)],
    ['a pipe', (run) => sh(`mkfifo ${run}`, run)],
    ['a file', (run) => sh(`: >${run}`, run)],
  ]
  test.each(ways)('%s: every verb refuses it and changes nothing', async (_, make) => {
    await attacked(make, async (at) => {
      const box = at.box({ rootfs: root, command: ['sleep', '1000'] })
      mkdirSync(box.box.paths.data, { recursive: true })
      writeFileSync(`${box.box.paths.data}/kept`, '')
      at.own(at.root)
      for (const verb of ['up', 'status', 'enter', 'stop', 'down'])
        expect([verb, await box.call([verb])]).toEqual([
          verb,
          {
            status: 125,
            stdout: '',
            stderr: expect.stringMatching(
              /run belongs to somebody else, or is a link\n {2}help: set BOXES_RUN/,
            ),
          },
        ])
      for (const verb of [['up', box.spec], ['ps'], ['down', box.name], ['inspect', box.name]])
        expect([verb, await at.cli(verb)]).toEqual([
          verb,
          { status: 125, stdout: '', stderr: expect.stringMatching(/run belongs to somebody else/) },
        ])
      expect(existsSync(`${box.box.paths.data}/kept`)).toBe(true)
      expect(existsSync(`${at.directory}/none`)).toBe(false)
    })
  })

  test('it would say which of the caller’s processes is the box, and down would kill that', async () => {
    const forged = async (weak: boolean) => {
      const victim = spawn('sleep', ['1000'], { uid: anna, gid: anna })
      const started = () =>
        readFileSync(`/proc/${victim.pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')[19]
      await attacked(directory, async (at) => {
        const box = at.box({ rootfs: root, command: ['sleep', '1000'] })
        if (weak) without(box, /^ {2}own_run_root$/)
        mkdirSync(box.box.paths.run)
        const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
        writeFileSync(
          `${box.box.paths.run}/init`,
          `${victim.pid} ${started()} ${boot.trim()} ${victim.pid}\n`,
        )
        await box.down('-t', '0')
      })
      if (weak) await until(() => victim.signalCode !== null, 'it is killed')
      const lives = victim.signalCode === null
      victim.kill('SIGKILL')
      return lives
    }
    expect(await forged(false)).toBe(true)
    expect(await forged(true)).toBe(false)
  })
})

test.each(['BOXES_RUN', 'BOXES_ROOT'])('%s where nothing can be made: what to do about it', async (place) => {
  const at = makeWorld('anna')
  try {
    const spec = at.file('att.yaml', `name: att\nrootfs: ${root}\ncommand: ["true"]\n`)
    expect(await at.cli(['up', spec], { env: { ...at.env, [place]: '/nowhere/at/all' } })).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(
        /cannot create directory .*Permission denied\n[\s\S]*no place to keep boxes in.*\n {2}help: set BOXES_RUN and/,
      ),
    })
  } finally {
    spawnSync('rm', ['-rf', at.directory])
  }
})

describe('bin/boxes', () => {
  const home = `${here.directory}/home`
  const runtime = `${here.directory}/runtime`
  for (const path of [home, runtime]) mkdirSync(path)
  here.own(home)
  here.own(runtime)
  const bare = {
    ...here.env,
    BOXES_ROOT: undefined,
    BOXES_RUN: undefined,
    XDG_DATA_HOME: undefined,
    HOME: home,
  }

  /** All verbs, by a name that only this test has. */
  async function through(name: string, env: World['env'], run: string, data: string) {
    const spec = here.file(
      `${name}.yaml`,
      `name: ${name}\nrootfs: ${root}\ncommand: [sh, -c, "echo said; exec sleep 1000"]\ninit: true\n`,
    )
    const boxes = (...args: string[]) => here.cli(args, { env })
    expect(await boxes('up', '-d', spec)).toMatchObject({ status: 0, stdout: `${name}\n` })
    try {
      expect(existsSync(`${run}/${name}/init`)).toBe(true)
      expect(existsSync(`${data}/boxes/${name}/program`)).toBe(true)
      expect((await boxes('status', name)).stdout).toMatch(/^running \d+\n$/)
      expect((await boxes('ps', '-q')).stdout).toContain(`${name}\n`)
      expect((await boxes('enter', name, 'id', '-u')).stdout).toBe('0\n')
      expect((await boxes('logs', name)).stdout).toBe('said\n')
      expect(JSON.parse((await boxes('inspect', name)).stdout)).toMatchObject([{ name, state: 'running' }])
      expect(await boxes('stop', '-t', '5', name)).toMatchObject({ status: 0, stderr: '' })
      expect((await boxes('status', name)).stdout).toBe('exited 143\n')
    } finally {
      expect(await boxes('down', '-t', '0', name)).toEqual({ status: 0, stdout: '', stderr: '' })
    }
    expect((await boxes('ps', '-q')).stdout).not.toContain(name)
    for (const place of [run, `${data}/boxes`]) expect(readdirSync(place)).not.toContain(name)
  }

  test('state is where XDG says', async () => {
    const env = { ...bare, XDG_RUNTIME_DIR: runtime, XDG_DATA_HOME: `${home}/data` }
    await through(`${here.prefix}xdg`, env, `${runtime}/boxes`, `${home}/data/boxes`)
    expect(
      spawnSync('stat', ['-c', '%a %u', `${runtime}/boxes`, `${home}/data/boxes`], { encoding: 'utf8' })
        .stdout,
    ).toBe('700 4242\n700 4242\n')
  })

  test('without XDG below the home and in /tmp', async () => {
    const run = `/tmp/boxes-${anna}`
    try {
      await through(
        `${here.prefix}home`,
        { ...bare, XDG_RUNTIME_DIR: undefined },
        run,
        `${home}/.local/share/boxes`,
      )
    } finally {
      // As any program leaves it that keeps its state there; another may have a box in it.
      spawnSync('rmdir', ['--ignore-fail-on-non-empty', run])
    }
  })

  test('runs the tools of the machine, whatever is first in PATH', async () => {
    const bin = `${home}/bin`
    mkdirSync(bin)
    for (const tool of ['newuidmap', 'newgidmap', 'unshare', 'perl', 'mount', 'sh'])
      writeFileSync(`${bin}/${tool}`, `#!/bin/sh\necho ${tool} >>${home}/ran\nexit 1\n`, { mode: 0o755 })
    here.own(home)
    const box = here.box({ rootfs: root, command: ['echo', 'out'] })
    const env = { ...here.env, PATH: `${bin}:${process.env.PATH}` }
    expect((await here.cli(['up', '--rm', box.spec], { env })).stdout).toBe('out\n')
    expect(existsSync(`${home}/ran`)).toBe(false)
  })

  test('goes to the stored program without Node', async () => {
    const env = { ...bare, XDG_DATA_HOME: `${home}/quick`, XDG_RUNTIME_DIR: runtime }
    mkdirSync(`${home}/quick/boxes/boxes/quick`, { recursive: true })
    writeFileSync(`${home}/quick/boxes/boxes/quick/program`, 'echo "program $*"')
    here.own(home)
    expect((await here.cli(['stop', '-t', '1', 'quick'], { env: { ...env, PATH: '/nowhere' } })).stdout).toBe(
      '',
    )
    expect((await here.cli(['stop', '-t', '1', 'quick'], { env })).stdout).toBe('program stop -t 1\n')
  })
})
