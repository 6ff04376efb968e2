import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  anna,
  busyboxRoot,
  cgroupTrees,
  isAlive,
  makeWorld,
  running,
  sleep,
  start,
  type TestBox,
  until,
  type Who,
  world,
} from '../harness/index.ts'
import { without } from '../security/attack.ts'

// What becomes of a running box and of its state when something dies or lies.
export function lives(who: Who): void {
  const here = world(who)
  // What anna lays over / needs a process (fuse-overlayfs); most of this is about others.
  const rootfs = who === 'root' ? 'host' : busyboxRoot(`${here.directory}/userland`, anna)
  const user = who === 'root' ? { uid: 0, gid: 0 } : { uid: anna, gid: anna }
  const spec = { rootfs, command: ['sh', '-c', 'while :; do echo tick; sleep 0.05; done'] }
  const happy = { status: 0, stdout: '', stderr: '' }
  const init = (box: TestBox) => Number.parseInt(readFileSync(`${box.box.paths.run}/init`, 'utf8'), 10)
  const initOf = (box: TestBox) => {
    try {
      return init(box) || null
    } catch {
      return null
    }
  }
  const parent = (pid: number) =>
    Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    )
  const gone = (pid: number) => until(() => !isAlive(pid), 'it is gone')

  /** What this box has left: a test that fails is no trouble to the next. */
  const left = (box: TestBox) =>
    here.left().filter((line) => line.includes(`${box.name}`) && !/\.(sh|yaml)$/.test(line))

  /** Processes of the host whose working directory is the box's data: the keepers of its log. */
  function keepers(box: TestBox): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => {
        try {
          return readlinkSync(`/proc/${pid}/cwd`) === box.box.paths.data
        } catch {
          return false
        }
      })
  }

  describe('kill -9, when the box runs, of', () => {
    test('PID 1: 137 is kept, down cleans', async () => {
      const box = here.box(spec)
      await box.up({ detach: true })
      await until(async () => (await box.logs()).stdout !== '', 'a line is kept')
      process.kill(init(box), 'SIGKILL')
      await until(async () => (await box.status()).stdout === 'exited 137\n', 'its end is known')
      expect((await box.logs('-n', '1')).stdout).toBe('tick\n')
      expect(await box.down()).toEqual(happy)
      expect(left(box)).toEqual([])
    })
    test('the monitor: the box lives on, its exit status is unknown, down cleans', async () => {
      const box = here.box(spec)
      await box.up({ detach: true })
      const pid = init(box)
      process.kill(parent(pid), 'SIGKILL')
      expect((await box.status()).stdout).toMatch(new RegExp(`^(running ${pid}|exited unknown)\\n`))
      if (existsSync(`/proc/${pid}`)) expect((await box.enter(['echo', 'in'])).stdout).toBe('in\n')
      expect((await box.stop('-t', '0')).status).toBe(0)
      expect((await box.status()).stdout).toBe('exited unknown\n')
      expect(await box.down('-t', '0')).toEqual(happy)
      expect(left(box)).toEqual([])
    })
    test('the keepers of the log: stop and down do not wait for them', async () => {
      const box = here.box(spec)
      await box.up({ detach: true })
      await until(async () => (await box.logs()).stdout !== '', 'a line is kept')
      const pids = keepers(box)
      expect(pids.length).toBeGreaterThan(0)
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      const begun = Date.now()
      expect(await box.down('-t', '1')).toEqual(happy)
      expect(Date.now() - begun).toBeLessThan(8_000)
      expect(left(box)).toEqual([])
    })
    test('a foreground up: the box lives on, and can be taken down', async () => {
      const box = here.box({ rootfs, command: ['sleep', '1000'] })
      const up = box.start()
      const pid = await box.pid()
      await box.started()
      up.kill('SIGKILL')
      await gone(up.child.pid ?? 0)
      expect((await box.status()).stdout).toBe(`running ${pid}\n`)
      expect(await box.down('-t', '0')).toEqual(happy)
      await up.done
      expect(left(box)).toEqual([])
    })
  })

  test('kill -9 of up after N times 5 ms: down cleans, 40 times', async () => {
    const box = here.box({ rootfs, command: ['sleep', '1000'] })
    for (let n = 0; n < 40; n++) {
      const up = box.start({ args: ['-d'] })
      await sleep(n * 5)
      up.kill('SIGKILL')
      await gone(up.child.pid ?? 0)
      expect(await box.down('-t', '0')).toEqual(happy)
      await up.done
      await until(() => left(box).length === 0, 'nothing is left', 4_000).catch(() =>
        expect([n, left(box)]).toEqual([n, []]),
      )
    }
  }, 60_000)

  describe('kill -9 of each process of up, before the launcher', () => {
    const users = [{ containerID: 0, hostID: 300_000, size: 65_536 }]
    const specs: Record<string, { args: string[]; more: Record<string, unknown>; parts: string[] }> = {
      'a detached box': { args: ['-d'], more: {}, parts: ['furnish', 'monitor', 'head', 'up'] },
      ...(who === 'root'
        ? {
            'a box with a user namespace and a terminal': {
              args: ['-d'],
              more: { tty: true, uidMappings: users, gidMappings: users },
              parts: ['hold', 'pivot', 'script', 'monitor', 'head', 'up'],
            },
          }
        : {
            'a box with a terminal over the root of the host': {
              args: ['-d'],
              more: { tty: true, rootfs: 'host' },
              parts: ['hold', 'furnish', 'fuse-overlayfs', 'script', 'monitor', 'head', 'up'],
            },
          }),
      'a box in the foreground': { args: [], more: {}, parts: ['furnish', 'monitor', 'up'] },
    }
    const ours = (box: TestBox) =>
      here
        .inventory()
        .processes.filter((line) => !/^\d+ (sleep 0|$)/.test(line))
        .map((line) => [Number.parseInt(line, 10), line.replaceAll(box.name, '')] as const)
    for (const [what, { args, more, parts }] of Object.entries(specs))
      test(`${what}: down and the next up clean all`, async () => {
        const box = here.box({ rootfs, command: ['sleep', '1000'], ...more })
        const gate = `${here.directory}/${box.name}.gate`
        const program = readFileSync(box.program, 'utf8')
        const launch = "  step 'Launch the command' command\n"
        // PID 1 waits: F has pivoted, the launcher has not begun.
        without(box, launch, `${launch}  while [ ! -e ${gate} ]; do sleep 0.01; done\n`)
        let seen = ''
        for (let k = 0, count = 1; k < count; k++) {
          for (const verb of ['down', 'up']) {
            rmSync(gate, { force: true })
            const up = box.start({ args })
            await until(
              () =>
                initOf(box) !== null &&
                here.inventory().processes.some((line) => line.includes('sleep 0.01')),
              'PID 1 waits',
            )
            const found = ours(box)
            count = found.length
            seen += `${found.map(([, line]) => line).join('\n')}\n`
            const [victim, name] = found[k] ?? [0, '']
            if (victim > 0) process.kill(victim, 'SIGKILL')
            await sleep(20)
            writeFileSync(gate, '')
            if (verb === 'up') {
              // What is left of the first comes to its end, or its box runs.
              const runs = async () => {
                await box.call(['up', '-d'])
                const pid = initOf(box)
                return pid !== null && running('sleep', '1000').includes(pid)
              }
              await until(runs, `there is a box after the end of ${name}`)
            }
            expect(await box.down('-t', '0')).toEqual(happy)
            await up.done
            await until(
              () => left(box).filter((line) => line !== `+ state: ${gate}`).length === 0,
              'nothing is left',
              4_000,
            ).catch(() => expect([name, left(box)]).toEqual([name, []]))
          }
        }
        for (const part of parts) expect(seen).toMatch(new RegExp(`\\b${part}\\b`))
        rmSync(gate, { force: true })
        writeFileSync(box.program, program)
      }, 60_000)
    test('the copier of the program: up rolls back', async () => {
      const box = here.box({ rootfs, command: ['sleep', '1000'] })
      without(box, 'cp -- "$self" "$data/program" &', 'sleep 999 &')
      const up = box.start({ args: ['-d'] })
      const [copier = 0] = await until(() => {
        const found = ours(box).filter(([, line]) => line.includes('sleep 999'))
        return found.length > 0 && initOf(box) !== null ? found[0] : null
      }, 'it copies')
      process.kill(copier, 'SIGKILL')
      expect(await up.done).toMatchObject({
        status: 137,
        stdout: '',
        stderr: expect.stringMatching(/^boxes: .*failed at/m),
      })
      await until(() => left(box).length === 0, 'nothing is left')
    })
  })

  test('PID 1 that comes late, the furnisher dead and nobody knowing of it, does not wait for ever', async () => {
    const box = here.box({ rootfs, command: ['sleep', '1000'] })
    without(box, '  build_root\n', '  sleep 0.1; exit 1\n')
    without(
      box,
      '  root_is_there\n',
      '  while [ -d "/proc/$furnisher" ]; do sleep 0.01; done\n  root_is_there\n',
    )
    without(box, '  identify "$pid" && printf', '  sleep 1; identify "$pid" && printf')
    without(box, '  remove_directories ||', '  sleep 0.5; remove_directories ||')
    expect(await box.call(['up'], { timeout: 5_000 })).toMatchObject({ status: 125 })
    await until(() => left(box).length === 0, 'nothing is left')
    if (who === 'root') return
    // Of the machine's root its group is known.
    without(box, '[ ! -p "$run/rooted" ] || exec 7<>"$run/rooted"')
    await expect(box.call(['up'], { timeout: 3_000 })).rejects.toThrow('did not end')
    await until(() => left(box).length === 0, 'nothing is left')
  })

  test('what down did not undo is seen', async () => {
    type Weakened = [string | RegExp, string, RegExp]
    const cases: Weakened[] = [
      ...(who === 'root' ? [['  remove_groups || left=yes', '  :', /^\+ cgroups: /] as Weakened] : []),
      ['  remove_directories || left=yes', '  :', /^\+ state: /],
      // Of kill -9: nobody but the sweep ends the processes that up has left.
      [/^ {2}slay$/, '  :', /^\+ (processes|cgroups): /],
    ]
    for (const [defence, instead, trace] of cases) {
      const box = here.box({ rootfs, command: ['sleep', '1000'] })
      const program = readFileSync(box.program, 'utf8')
      without(box, defence, instead)
      if (typeof defence !== 'string')
        without(box, '      running) halted=$pid; halt ;;', '      running) ;;')
      const seen: string[] = []
      for (let n = 0; n < 40 && seen.length === 0; n += 3) {
        const up = box.start({ args: ['-d'] })
        await sleep(n * 5)
        up.kill('SIGKILL')
        await gone(up.child.pid ?? 0)
        await box.down('-t', '0')
        await sleep(100)
        seen.push(...left(box).filter((line) => trace.test(line)))
      }
      expect([defence, seen.length > 0]).toEqual([defence, true])
      writeFileSync(box.program, program)
      await until(
        async () => (await box.down('-t', '0')).status === 0 && left(box).length === 0,
        'it is mended',
      )
    }
  }, 60_000)

  describe('the machine was started anew', () => {
    const boots: [string, (box: TestBox) => void][] = [
      ['its run directory is gone', (box) => rmSync(box.box.paths.run, { recursive: true })],
      [
        'the records name another boot',
        (box) => {
          for (const file of ['init', 'owner']) {
            const path = `${box.box.paths.run}/${file}`
            writeFileSync(
              path,
              readFileSync(path, 'utf8').replace(/ [^ ]*\n$/, ' 00000000-0000-0000-0000-000000000000\n'),
            )
          }
        },
      ],
    ]
    for (const [how, boot] of boots)
      for (const verb of ['down', 'up'])
        test(`${how}: ${verb}`, async () => {
          const box = here.box({ rootfs, command: ['sh', '-c', 'echo once >>/kept; exec sleep 1000'] })
          await box.up({ detach: true })
          await until(async () => (await box.enter(['cat', '/kept'])).stdout === 'once\n', 'it has written')
          const pid = init(box)
          // As after a reboot: its processes and groups are gone.
          process.kill(pid, 'SIGKILL')
          await gone(pid)
          await until(() => keepers(box).length === 0, 'its log is closed')
          boot(box)
          expect((await box.status()).stdout).toMatch(/^exited/)
          if (verb === 'up') {
            expect((await box.up({ detach: true })).status).toBe(0)
            await until(
              async () => (await box.enter(['cat', '/kept'])).stdout === 'once\nonce\n',
              'its layer is the one from before',
            )
          }
          expect(await box.down('-t', '0')).toEqual(happy)
          expect(left(box)).toEqual([])
        })
  })

  test('a stranger who has the pid of PID 1 now is spared by stop, down, up', async () => {
    const stranger = spawn('sleep', ['1000'], user)
    for (const verb of [
      ['stop', '-t', '0'],
      ['down', '-t', '0'],
      ['up', '-d'],
    ]) {
      const box = here.box({ rootfs, command: ['sleep', '1000'] })
      await box.up({ detach: true })
      process.kill(init(box), 'SIGKILL')
      await gone(init(box))
      const path = `${box.box.paths.run}/init`
      const record = readFileSync(path, 'utf8')
      writeFileSync(path, record.replace(/^\d+/, `${stranger.pid}`))
      expect((await box.status()).stdout).toMatch(/^exited/)
      await box.call(verb)
      expect(stranger.exitCode).toBeNull()
      expect(existsSync(`/proc/${stranger.pid}`)).toBe(true)
      await box.down('-t', '0')
    }
    // Believed without its start time, it would be dead.
    const weak = here.box({ rootfs, command: ['sleep', '1000'] })
    without(weak, ' && [ "$started" = "$born" ]')
    await weak.up({ detach: true })
    process.kill(init(weak), 'SIGKILL')
    const path = `${weak.box.paths.run}/init`
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^\d+/, `${stranger.pid}`))
    await weak.call(['stop', '-t', '0'])
    await until(() => stranger.exitCode !== null || stranger.signalCode !== null, 'the stranger is killed')
    await weak.down('-t', '0')
  })

  describe('many at once', () => {
    test('20 up of one name: exactly one wins, the others say so', async () => {
      const box = here.box({ rootfs, command: ['sleep', '1000'] })
      const rans = await Promise.all(Array.from({ length: 20 }, () => box.call(['up', '-d'])))
      expect(rans.filter(({ status }) => status === 0).length).toBe(1)
      for (const ran of rans.filter(({ status }) => status !== 0))
        expect(ran).toMatchObject({ status: 125, stderr: expect.stringMatching(/a box of this name is/) })
      expect((await box.status()).stdout).toMatch(/^running/)
      const downs = await Promise.all(Array.from({ length: 20 }, () => box.down('-t', '0')))
      for (const ran of downs) expect(ran).toEqual(happy)
      expect(left(box)).toEqual([])
    })
    test('20 slow up of one name: one by the lock, several without it', async () => {
      const winners = async (locked: boolean) => {
        const box = here.box({ rootfs, command: ['sleep', '1000'] })
        without(box, '  mkdir "$run"\n', '  sleep 0.05\n  mkdir -p "$run"\n')
        if (!locked) without(box, /^ {2}flock 9$/)
        const ups = Array.from({ length: 20 }, () => box.call(['up', '-d']))
        // Without it one may wait for ever, at a pipe that another has made anew: the harness ends it.
        const rans = locked
          ? await Promise.all(ups)
          : (await Promise.allSettled(ups)).flatMap((ran) => (ran.status === 'fulfilled' ? [ran.value] : []))
        await until(
          async () => (await box.down('-t', '0')).status === 0 && left(box).length === 0,
          'nothing is left',
        )
        return rans.filter(({ status, stderr }) => status === 0 || !/a box of this name is/.test(stderr))
          .length
      }
      expect(await winners(true)).toBe(1)
      expect(await winners(false)).toBeGreaterThan(1)
    }, 120_000)
    test('up against down, 50 times: each ends, nothing is left', async () => {
      const box = here.box({ rootfs, command: ['sleep', '1000'] })
      for (let i = 0; i < 50; i++) {
        const [up, down] = await Promise.all([
          box.call(['up', '-d']),
          sleep((i % 10) * 5).then(() => box.down('-t', '0')),
        ])
        expect([0, 125, 143]).toContain(up.status)
        expect(down).toEqual(happy)
        expect(await box.down('-t', '0')).toEqual(happy)
        expect(left(box)).toEqual([])
      }
    }, 60_000)
  })

  describe('no room', () => {
    /** A world whose one directory is a small file system. */
    async function small(
      variable: 'root' | 'run',
      options: string,
      use: (box: TestBox, at: string) => Promise<void>,
    ) {
      const world = makeWorld(who)
      const at = world[variable]
      mkdirSync(at, { recursive: true })
      expect(
        spawnSync('mount', ['-t', 'tmpfs', '-o', `${options},uid=${user.uid}`, 'small', at]).status,
      ).toBe(0)
      try {
        await use(world.box({ rootfs, command: ['sleep', '1000'] }), at)
        await world.end()
      } finally {
        spawnSync('umount', ['-l', at])
        rmSync(world.directory, { recursive: true, force: true })
      }
    }
    const fill = (at: string) => spawnSync('sh', ['-c', `cat /dev/zero >${at}/filler`])
    for (const [variable, options, full] of [
      ['run', 'size=16k', true],
      ['root', 'size=16k', true],
      ['run', 'nr_inodes=6', false],
      ['root', 'nr_inodes=6', false],
      ['run', 'ro', false],
      ['root', 'ro', false],
    ] as const)
      test(`${variable} on ${options}: one clear error, nothing is left; down does not mind`, async () => {
        await small(variable, options, async (box, at) => {
          if (full) fill(at)
          const ran = await box.call(['up', '-d'])
          expect(ran).toMatchObject({ status: 125, stdout: '', stderr: expect.stringMatching(/^boxes: /m) })
          expect(existsSync(box.box.paths.run)).toBe(false)
          for (const tree of cgroupTrees()) expect(existsSync(`${tree}/boxes/${box.name}`)).toBe(false)
          if (options !== 'ro' || variable !== 'run') expect((await box.down('-t', '0')).status).toBe(0)
        })
      })
    test('without the roll back something would be left', async () => {
      await small('run', 'size=16k', async (box, at) => {
        without(box, 'trap leave EXIT', 'trap - EXIT')
        fill(at)
        expect((await box.call(['up', '-d'])).status).not.toBe(0)
        expect(existsSync(box.box.paths.run)).toBe(true)
      })
    })
    test('a disk that fills up while the box runs stops neither enter nor down', async () => {
      await small('root', 'size=1m', async (box, at) => {
        await box.up({ detach: true })
        fill(at)
        expect((await box.enter(['echo', 'in'])).stdout).toBe('in\n')
        expect(await box.down('-t', '0')).toEqual(happy)
        expect(existsSync(box.box.paths.data)).toBe(false)
      })
    })
  })

  test('each tool missing from PATH: one clear error, nothing is left', async () => {
    const bin = `${here.directory}/few`
    mkdirSync(bin)
    const tools =
      'cat cgcreate cgexec cgset chmod chown cp find flock head hostname ip mkdir mkfifo mount mv newgidmap newuidmap nsenter perl pivot_root readlink rm rmdir script sh sleep stdbuf tail tar umount unshare wc'.split(
        ' ',
      )
    const env = { ...here.env, PATH: bin }
    for (const tool of tools)
      symlinkSync(
        spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim(),
        `${bin}/${tool}`,
      )
    chmodSync(bin, 0o755)
    for (const tool of [
      'unshare',
      'nsenter',
      'mount',
      'umount',
      'pivot_root',
      'perl',
      ...(who === 'root' ? ['cgcreate', 'cgset', 'cgexec'] : ['newuidmap', 'newgidmap']),
      'mkdir',
      'mkfifo',
      'flock',
      'ip',
    ]) {
      const path = readlinkSync(`${bin}/${tool}`)
      rmSync(`${bin}/${tool}`)
      const box = here.box({
        rootfs,
        ...(who === 'root' ? { mem_limit: '64m' } : {}),
        command: ['sleep', '1000'],
      })
      without(box, ' PATH="${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin"')
      const ran = await box.call(['up', '-d'], { env })
      expect([tool, ran.status, ran.stdout]).toEqual([tool, 125, ''])
      expect(ran.stderr).toMatch(new RegExp(tool))
      symlinkSync(path, `${bin}/${tool}`)
      expect(await box.down('-t', '0')).toEqual(happy)
      expect(left(box)).toEqual([])
    }
    rmSync(bin, { recursive: true })
  }, 60_000)

  describe('down meets', () => {
    test('a process of the host whose working directory lies in the box', async () => {
      const box = here.box({
        rootfs: busyboxRoot(`${here.directory}/busy`, user.uid),
        command: ['sleep', '1000'],
      })
      await box.up({ detach: true })
      await box.enter(['mkdir', '/work'])
      const inside = spawn('sleep', ['1000'], { cwd: `/proc/${init(box)}/root/work` })
      const beside = spawn('sleep', ['1000'], { cwd: `${box.box.paths.data}/upper/work` })
      try {
        expect(await box.down('-t', '0')).toEqual(happy)
        expect([inside.exitCode, beside.exitCode]).toEqual([null, null])
        expect(existsSync(box.box.paths.data)).toBe(false)
      } finally {
        inside.kill('SIGKILL')
        beside.kill('SIGKILL')
      }
      rmSync(`${here.directory}/busy`, { recursive: true })
      await until(() => left(box).length === 0, 'nothing is left')
    })
  })

  describe('kill -9 of boxes, the Node of up', () => {
    const cli = new URL('../../bin/boxes', import.meta.url).pathname
    const killed = async (box: TestBox, after: number) => {
      const up = start(['env', ...here.by, cli, 'up', '-d', box.spec], { env: here.env })
      await sleep(after)
      up.kill('SIGKILL')
      await gone(up.child.pid ?? 0)
      // The program that it ran goes on; one that has not yet claimed the name is nothing that down could know.
      await sleep(150)
    }
    const copies = (box: TestBox) => readdirSync(here.run).filter((name) => name.startsWith(`.${box.name}.`))
    const clean = (box: TestBox) =>
      until(() => left(box).length === 0 && copies(box).length === 0, 'nothing is left', 4_000).catch(() =>
        expect([...left(box), ...copies(box)]).toEqual([]),
      )

    test('after N times 20 ms: boxes down NAME cleans, 20 times', async () => {
      const box = here.box({ rootfs, command: ['sleep', '1000'] })
      for (let n = 0; n < 20; n++) {
        await killed(box, n * 20)
        expect((await here.cli(['down', '-t', '0', box.name])).status).toBe(0)
        await clean(box)
      }
    }, 60_000)
    test('boxes down NAME takes the copy of the program too, and no other’s', async () => {
      const box = here.box({ rootfs, command: ['sleep', '1000'] })
      await box.up({ detach: true })
      const dead = `${here.run}/.${box.name}.999999999`
      const others = [`${here.run}/.${box.name}.${process.pid}`, `${here.run}/.${box.name}.x.999999999`]
      for (const file of [dead, ...others]) writeFileSync(file, '')
      expect((await here.cli(['down', '-t', '0', box.name])).status).toBe(0)
      expect(existsSync(dead)).toBe(false)
      for (const file of others) {
        expect(existsSync(file)).toBe(true)
        rmSync(file)
      }
      await clean(box)
    })
    test('the machine lost its power before the stored program was written: boxes down NAME cleans', async () => {
      const box = here.box({ rootfs, command: ['sleep', '1000'] })
      await box.up({ detach: true })
      process.kill(init(box), 'SIGKILL')
      await until(() => keepers(box).length === 0, 'its log is closed')
      writeFileSync(`${box.box.paths.data}/program`, '')
      expect((await here.cli(['down', '-t', '0', box.name])).status).toBe(0)
      await clean(box)
    })
  })
}
