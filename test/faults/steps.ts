import { existsSync, readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { anna, busyboxRoot, type TestBox, until, type Who, type World, world } from '../harness/index.ts'
import { makeShims, mountCounts } from './shims.ts'

export interface How {
  /** What else is in the spec. */
  readonly more?: (here: World) => Readonly<Record<string, unknown>>
  /** Before each `up`. */
  readonly fresh?: (here: World) => void
  /** Only the first two ways to fail. */
  readonly brief?: boolean
}

// Any tool fails, anyone is killed, a signal comes, at every step of `up`. What is left is compared with
// what was there: mounts, links, groups, files, processes.
export function everyStart(who: Who, { more = () => ({}), fresh = () => {}, brief = false }: How = {}): void {
  const { counts, unmount } = mountCounts()
  const here = world(who)
  afterAll(unmount)
  let shims: Awaited<ReturnType<typeof makeShims>>
  beforeAll(async () => {
    shims = await makeShims(here, counts)
  })

  const spec = {
    ...(who === 'root'
      ? { rootfs: 'host', mem_limit: '64m' }
      : { rootfs: busyboxRoot(`${here.directory}/userland`, anna) }),
    hostname: 'faulty',
    tmpfs: ['/scratch'],
    sysctls: { 'net.ipv4.ip_forward': '1' },
    volumes: [`${here.directory}:/vol:ro`],
    command: ['sleep', '1000'],
    ...more(here),
  }

  /** Whoever is dying may need a moment; what is left after it is left. */
  const nothing = (after = '') =>
    until(() => left().length === 0, 'nothing is left', 4_000).catch(() => {
      expect([after, left()]).toEqual([after, []])
    })
  /** What a cache keeps is no trace, what is half made in it is. */
  const left = () => [
    ...here.left().filter((line) => !/\/(starts|shims.*)$/.test(line)),
    ...(existsSync(`${here.root}/roots`) ? readdirSync(`${here.root}/roots`) : []).filter((name) =>
      name.endsWith('.part'),
    ),
  ]

  async function count(args: string[] = ['up', '-d']) {
    fresh(here)
    shims.reset()
    const box = here.box(spec)
    expect(await box.call(args, { env: shims.env(0, '') })).toMatchObject({ status: 0, stderr: '' })
    await box.pid()
    const starts = shims.starts()
    await box.down('-t', '0')
    return starts
  }

  // For an ordinary user what rm cannot remove is removed in another way, and grep looks again.
  const spare = who === 'root' ? /^(find|sleep|head|wc|mv|rmdir)$/ : /^(find|grep|sleep|head|wc|mv|rm|rmdir)$/
  type Check = (k: number, tool: string, status: number, stderr: string) => void

  async function everywhere(action: string, victim: (run: string) => string, check: Check) {
    const starts = await count()
    expect(starts.length).toBeGreaterThan(12)
    const box = here.box(spec)
    try {
      await each(box, starts.length, action, victim, check)
    } finally {
      await box.down('-t', '0')
    }
  }

  async function each(
    box: TestBox,
    length: number,
    action: string,
    victim: (run: string) => string,
    check: Check,
  ) {
    // The first is the program's own shell.
    for (let k = 2; k <= length; k++) {
      fresh(here)
      shims.reset()
      const ran = await box.call(['up', '-d'], {
        env: shims.env(k, action, victim(box.box.paths.run)),
        timeout: 20_000,
      })
      const tool = shims.disturbed()
      if (tool !== null) check(k, tool, ran.status, ran.stderr)
      if (ran.status !== 0 && action !== 'kill' && action !== 'parent')
        await nothing(JSON.stringify([k, tool, ran]))
      expect(await box.down('-t', '0')).toMatchObject({ status: 0, stdout: '' })
      await nothing()
    }
    // And it is as good as new.
    expect((await box.up({ detach: true })).status).toBe(0)
    await box.down('-t', '0')
  }

  describe('at every start of a tool', () => {
    test('it fails: one clear error, exit 125, nothing is left', async () => {
      await everywhere(
        'fail',
        () => '',
        (k, tool, status, stderr) => {
          // The copy for later verbs, and what only clears up, may do without; all else is an error.
          if (status === 0)
            return expect({ k, tool }).toEqual({
              k,
              tool: expect.stringMatching(spare),
            })
          expect({ k, tool, status, stderr }).toEqual({
            k,
            tool,
            status: 125,
            stderr: expect.stringMatching(/^boxes: .*$/m),
          })
        },
      )
    }, 120_000)

    test('it is killed: the same', async () => {
      await everywhere(
        'self',
        () => '',
        (k, tool, status, stderr) => {
          // PID 1 of a pid namespace cannot kill itself.
          if (status === 0)
            return expect({ k, tool }).toEqual({
              k,
              tool: expect.stringMatching(/nsenter|perl/.test(tool) ? /./ : spare),
            })
          expect({ k, tool, stderr }).toEqual({ k, tool, stderr: expect.stringMatching(/^boxes: .*$/m) })
        },
      )
    }, 120_000)

    if (brief) return

    test('kill -9 of its parent, whichever part of up that is: down cleans all', async () => {
      await everywhere(
        'parent',
        () => '',
        () => {},
      )
    }, 120_000)

    test('kill -9 of up: down cleans all', async () => {
      await everywhere(
        'kill',
        (run) => `${run}/owner`,
        () => {},
      )
    }, 120_000)

    test('kill -9 of the first process of the box: down cleans all', async () => {
      await everywhere(
        'kill',
        (run) => `${run}/init`,
        () => {},
      )
    }, 120_000)

    for (const signal of ['INT', 'TERM', 'HUP'])
      test(`SIG${signal} to up: it rolls back`, async () => {
        await everywhere(
          'signal',
          (run) => `${signal}:${run}/owner`,
          (k, tool, status) => {
            // Before the name is claimed there is no owner, and at the very end it may already run.
            if (status !== 0)
              expect([k, tool, status]).toEqual([k, tool, { INT: 130, TERM: 143, HUP: 129 }[signal]])
          },
        )
      }, 120_000)
  })
}
