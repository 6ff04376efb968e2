import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { type TestBox, until, type Who, world } from '../harness/index.ts'
import { quoted, without } from './attack.ts'

// What a process of the box gets of its caller: descriptors, capabilities, keyring, streams, terminal.
export function launches(who: Who): void {
  const here = world(who)

  /** Runs the program with directories of the host leaked on descriptors 3 to 20. */
  function leaking(box: TestBox, ...args: string[]) {
    const secret = `${here.directory}/secret`
    mkdirSync(secret, { recursive: true })
    writeFileSync(`${secret}/host-file`, 'secret')
    here.own(secret)
    const open = Array.from({ length: 18 }, (_, i) => `exec ${i + 3}<${secret}`).join('; ')
    return here.as(['bash', '-c', `${open}; exec sh ${box.program} ${args.map(quoted).join(' ')}`], {
      env: here.env,
    })
  }

  const list = 'ls /proc/self/fd | tr "\\n" " "; ls -d /proc/self/fd/*/host-file 2>/dev/null; true'
  const close = /^for \(@handles\).*$/m
  const closeRange = /^syscall\(436, .*$/m

  describe('descriptors that the caller leaks', () => {
    const spec = { rootfs: 'host', command: ['sh', '-c', list] }
    test('are not there in up and enter', async () => {
      const box = here.box(spec)
      expect(await leaking(box, 'up')).toEqual({ status: 0, stdout: '0 1 2 3 ', stderr: '' })
      await box.down()
      const other = here.box({ rootfs: 'host', command: ['sleep', '100'] })
      await other.up({ detach: true })
      expect(await leaking(other, 'enter', 'sh', '-c', list)).toEqual({
        status: 0,
        stdout: '0 1 2 3 ',
        stderr: '',
      })
    })
    test('would be there without the closing', async () => {
      const box = here.box(spec)
      without(box, close)
      without(box, closeRange)
      expect((await leaking(box, 'up')).stdout).toMatch(/host-file/)
      await box.down()
    })
    test('are no working directory: /proc/self/fd/N (CVE-2024-21626)', async () => {
      const box = here.box({ rootfs: 'host', command: ['sleep', '100'] })
      await box.up({ detach: true })
      for (let fd = 3; fd <= 20; fd++) {
        const ran = await leaking(box, 'enter', '-w', `/proc/self/fd/${fd}`, 'ls')
        expect(ran.stdout).toBe('')
        expect([125, 126]).toContain(ran.status)
      }
      for (const fd of [3, 9, 12]) {
        const one = here.box({ rootfs: 'host', working_dir: `/proc/self/fd/${fd}`, command: ['ls'] })
        const ran = await leaking(one, 'up')
        expect([ran.status, ran.stdout]).toEqual([126, ''])
        expect(ran.stderr).toMatch(/working directory/)
        await one.down()
      }
    })
    test('would be one without the closing and the check', async () => {
      const box = here.box({ rootfs: 'host', working_dir: '/proc/self/fd/12', command: ['ls'] })
      without(box, close)
      without(box, closeRange)
      expect(await leaking(box, 'up')).toMatchObject({
        status: 125,
        stderr: expect.stringMatching(/not inside the box/),
      })
      without(box, /^\$where =~ .*$/m)
      expect((await leaking(box, 'up')).stdout).toBe('host-file\n')
      await box.down()
    })
    test('a directory as standard input is none either', async () => {
      const box = here.box({
        rootfs: 'host',
        command: ['sh', '-c', 'test -c /proc/self/fd/0 && echo a device'],
      })
      const ran = await here.as(['sh', '-c', `exec sh ${box.program} up </`], { env: here.env })
      expect(ran).toEqual({ status: 0, stdout: 'a device\n', stderr: '' })
      await box.down()
    })
  })

  describe('capabilities', () => {
    test('inheritable and ambient ones are empty in up and enter, for root and others (CVE-2022-24769)', async () => {
      const box = here.box({
        rootfs: 'host',
        cap_add: ['SYS_TIME'],
        command: ['sh', '-c', 'grep Cap /proc/self/status; exec sleep 100'],
      })
      await box.up({ detach: true })
      const outputs = [
        await until(
          async () => /Amb.*\n/.test((await box.logs()).stdout) && (await box.logs()).stdout,
          'the log',
        ),
        (await box.enter(['grep', 'Cap', '/proc/self/status'])).stdout,
        (await box.enter(['-u', '1234', 'grep', 'Cap', '/proc/self/status'])).stdout,
        // The caller's own inheritable set does not matter.
        ...(who === 'root'
          ? [
              (
                await here.as(
                  [
                    'setpriv',
                    '--inh-caps',
                    '+chown',
                    '--ambient-caps',
                    '+chown',
                    'sh',
                    box.program,
                    'enter',
                    'grep',
                    'Cap',
                    '/proc/self/status',
                  ],
                  { env: here.env },
                )
              ).stdout,
            ]
          : []),
      ]
      for (const output of outputs) {
        expect(output).toMatch(/CapInh:\t0+\n/)
        expect(output).toMatch(/CapAmb:\t0+\n/)
      }
      expect(outputs[2]).toMatch(/CapEff:\t0+\n/)
    })
    // An ordinary user has none to hand over.
    if (who === 'root')
      test('an inheritable set would last without its clearing', async () => {
        const box = here.box({ rootfs: 'host', command: ['grep', 'CapInh', '/proc/self/status'] })
        without(box, '@set[2, 5] = (0, 0);')
        const { stdout } = await here.as(['setpriv', '--inh-caps', '+chown', 'sh', box.program, 'up'], {
          env: here.env,
        })
        expect(stdout).not.toMatch(/CapInh:\t0+\n/)
        await box.down()
      })
  })

  test('a keyring of its own: the keys of the caller are not there, even without seccomp', async () => {
    const find = `my ($t, $d) = ("user", "boxes-test"); my $id = syscall(250, 10, -3, $t, $d, 0); my $b = "\\0" x 16;
    print $id > 0 && syscall(250, 11, $id, $b, 16) > 0 ? "found $b" : "none"`
    const wrap = (box: TestBox, ...args: string[]) =>
      here.as(
        [
          'perl',
          '-e',
          'syscall(250, 1, 0); my ($t, $d, $p) = ("user", "boxes-test", "hunter2"); syscall(248, $t, $d, $p, 7, -3) > 0 or die "add_key: $!"; exec "sh", @ARGV',
          box.program,
          ...args,
        ],
        { env: here.env },
      )
    const box = here.box({
      rootfs: 'host',
      security_opt: ['seccomp=unconfined'],
      command: ['perl', '-e', find],
    })
    expect(await wrap(box, 'up')).toEqual({ status: 0, stdout: 'none', stderr: '' })
    without(box, 'call("keyctl", 1, 0);')
    expect((await wrap(box, 'up')).stdout).toMatch(/^found hunter2/)
    await box.down()
    const other = here.box({
      rootfs: 'host',
      security_opt: ['seccomp=unconfined'],
      command: ['sleep', '100'],
    })
    await other.up({ detach: true })
    expect((await wrap(other, 'enter', 'perl', '-e', find)).stdout).toBe('none')
  })

  describe('standard streams', () => {
    // The /dev/null of an ordinary user's box is that of the host, where the box cannot remove it.
    const own = who === 'root'
    const change =
      "chown 1234:1234 /proc/self/fd/0 /proc/self/fd/1 2>/dev/null; chmod 0777 /proc/self/fd/0; perl -e 'chown 1234, 1234, *STDIN; chmod 0777, *STDIN; chown 1234, 1234, *STDERR'; true"
    const owner = () => {
      const { uid, gid, mode, ctimeMs } = statSync('/dev/null')
      return { uid, gid, mode, ctimeMs }
    }
    test("the host's /dev/null keeps its owner and mode", async () => {
      const before = owner()
      const box = here.box({ rootfs: 'host', command: ['sh', '-c', `${change}; exec sleep 100`] })
      await here.as(['sh', '-c', `sh ${box.program} up -d </dev/null >/dev/null 2>/dev/null`], {
        env: here.env,
      })
      await here.as(
        ['sh', '-c', `sh ${box.program} enter sh -c ${quoted(change)} </dev/null >/dev/null 2>/dev/null`],
        { env: here.env },
      )
      await box.down('-t', '0')
      expect(owner()).toEqual(before)
    })
    if (own)
      test('without the exchange it is the one of the host', async () => {
        // Not changed, only compared: it is the real one.
        const look = ['perl', '-e', 'printf "%d", (stat STDIN)[0]']
        const box = here.box({ rootfs: 'host', command: look })
        const ran = await box.up()
        expect(ran.stdout).not.toBe(`${statSync('/dev/null').dev}`)
        without(box, 'next unless $kind == 040000 ||', 'next; next unless')
        expect((await box.up()).stdout).toBe(`${statSync('/dev/null').dev}`)
        await box.down()
      })
    const place = async (box: TestBox, trick: string) =>
      expect((await box.enter(['sh', '-c', `rm -f /dev/null; ${trick}`], { stdin: '' })).status).toBe(0)
    if (own)
      test('a box that puts another file in place of its /dev/null is not trusted, and does not hang enter', async () => {
        const box = here.box({ rootfs: 'host', command: ['sleep', '100'] })
        await box.up({ detach: true })
        for (const trick of [
          'mkfifo /dev/null',
          'ln -s /etc/hosts /dev/null',
          'echo planted >/dev/null',
          'ln -s /dev/zero /dev/null',
        ]) {
          await place(box, trick)
          const ran = await box.enter(['cat'], { timeout: 5_000 })
          expect([trick, ran.status, ran.stdout]).toEqual([trick, 125, ''])
          expect(ran.stderr).toMatch(/\/dev\/null/)
        }
      })
    if (own)
      test('without the check enter would read that file, and hang at a pipe', async () => {
        const box = here.box({ rootfs: 'host', command: ['sleep', '1000'] })
        without(
          box,
          ' -c $null && (stat _)[6] == 0x103 or fail 125, "/dev/null of the box is another file"',
          '',
        )
        await box.up({ detach: true })
        await place(box, 'echo planted >/dev/null')
        expect((await box.enter(['cat'])).stdout).toBe('planted\n')
        await box.down('-t', '0')
        without(box, '([*STDIN, 04000], [*STDOUT, 04001]', '([*STDIN, 0], [*STDOUT, 1]')
        await box.up({ detach: true })
        await place(box, 'mkfifo /dev/null')
        await expect(box.enter(['cat'], { timeout: 1_000 })).rejects.toThrow('did not end in 1000 ms')
        await box.down('-t', '0')
      })
  })

  describe('the terminal of the caller', () => {
    const inject = `for my $path ("/dev/tty", map { "/proc/self/fd/$_" } 0..2) { open my $tty, "+<", $path or next; ioctl $tty, 0x5412, my $c = $_ for split //, "INJECTED\\n" } print "tried\\n"`
    const typed = (box: TestBox, verb: string) =>
      here.as(
        [
          'script',
          '-qec',
          `sh ${box.program} ${verb}; for i in 1 2 3; do IFS= read -t 0.5 -r line && echo "got:$line"; done; true`,
          '/dev/null',
        ],
        {
          env: { ...here.env, SHELL: '/bin/bash' },
          stdin: '',
        },
      )
    const spec = { rootfs: 'host', security_opt: ['seccomp=unconfined'], cap_add: ['SYS_ADMIN'] }
    test('gets nothing typed by a box (TIOCSTI), seccomp or not, in up and enter', async () => {
      const box = here.box({ ...spec, command: ['perl', '-e', inject] })
      const ran = await typed(box, 'up')
      expect(ran.stdout).toMatch(/tried/)
      expect(ran.stdout).not.toMatch(/got:INJECTED/)
      await box.down()
      const other = here.box({ ...spec, command: ['sleep', '100'] })
      await other.up({ detach: true })
      for (const option of ['-T', '-t']) {
        const entered = await typed(other, `enter ${option} perl -e ${quoted(inject)}`)
        expect(entered.stdout).toMatch(/tried/)
        expect(entered.stdout).not.toMatch(/got:INJECTED/)
      }
    })
    test('would, if it were passed on', async () => {
      const box = here.box({ ...spec, command: ['perl', '-e', inject] })
      without(
        box,
        /if \[ -t 1 \] \|\| \[ -t 2 \] \|\| \[ -t 8 \]; then relay; else (.*) fi/,
        'spawn 4>&5 5<&8 6<&- 7>&- 8<&- &',
      )
      without(box, 'session() if $up;')
      expect((await typed(box, 'up')).stdout).toMatch(/got:INJECTED/)
      await box.down()
    })
  })
}
