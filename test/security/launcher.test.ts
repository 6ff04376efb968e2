import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { busyboxRoot, run, type TestBox, until, world } from '../harness/index.ts'
import { quoted, without } from './attack.ts'

// What a process of the box gets of its caller: descriptors, users, capabilities, keyring, streams, terminal.
const here = world()

/** Runs the program with directories of the host leaked on descriptors 3 to 20. */
function leaking(box: TestBox, ...args: string[]) {
  const secret = `${here.directory}/secret`
  mkdirSync(secret, { recursive: true })
  writeFileSync(`${secret}/host-file`, 'secret')
  const open = Array.from({ length: 18 }, (_, i) => `exec ${i + 3}<${secret}`).join('; ')
  return run(['bash', '-c', `${open}; exec sh ${box.program} ${args.map(quoted).join(' ')}`], {
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
    const ran = await run(['sh', '-c', `exec sh ${box.program} up </`], { env: here.env })
    expect(ran).toEqual({ status: 0, stdout: 'a device\n', stderr: '' })
    await box.down()
  })
})

describe('users', () => {
  const root = busyboxRoot(`${here.directory}/users`)
  const passwd = (text: string) => writeFileSync(`${root}/etc/passwd`, text)
  passwd(
    'root:x:0:0::/root:/bin/sh\n1000:x:0:0::/:/bin/sh\nwrap:x:4294967296:0::/:/bin/sh\nminus:x:4294967295:0::/:/bin/sh\ngroupy:x:7:4294967296::/:/bin/sh\nlow:x:01000:0::/:/bin/sh\n',
  )
  const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
  test('names and numbers that are not one are refused, never root', async () => {
    expect((await box.up({ detach: true })).status).toBe(0)
    for (const user of [
      '-1',
      '4294967295',
      '4294967296',
      ' 0',
      '0x0',
      '1000:',
      ':5',
      'wrap',
      'minus',
      'groupy',
      'nobody-here',
      '00',
      '+0',
      '1e3',
      '0\n',
      'root:4294967295',
      'root:-1',
    ]) {
      const ran = await box.enter(['-u', user, 'id'])
      expect([user, ran.status, ran.stdout]).toEqual([user, 125, ''])
    }
  })
  test('digits are an id, whatever name a file of the box gives to them', async () => {
    expect((await box.enter(['-u', '1000', 'id', '-u'])).stdout).toBe('1000\n')
    expect((await box.enter(['-u', '4294967294', 'id', '-u'])).stdout).toBe('4294967294\n')
  })
  test('without the check a number that wraps round is root', async () => {
    const weak = here.box({ rootfs: root, command: ['sleep', '1000'] })
    without(weak, /^sub number \{.*$/m, 'sub number { 1 }')
    await weak.up({ detach: true })
    expect((await weak.enter(['-u', 'wrap', 'id', '-u'])).stdout).toBe('0\n')
    await weak.down('-t', '0')
  })
  test('passwd as a pipe, a device, a link out, a link to a kernel file, 1 GiB: an error at once or nobody', async () => {
    const file = `${root}/etc/passwd`
    const host = here.file('host-passwd', 'evil:x:0:0::/:/bin/sh\n')
    const makers: [string, () => void, number][] = [
      ['pipe', () => spawnSync('mkfifo', [file]), 125],
      ['device', () => spawnSync('mknod', [file, 'c', '5', '0']), 125],
      ['directory', () => mkdirSync(file), 125],
      ['link out', () => symlinkSync(host, file), 125],
      ['pagemap', () => symlinkSync('/proc/self/pagemap', file), 125],
      ['1 GiB', () => spawnSync('truncate', ['-s', '1G', file]), 125],
    ]
    for (const [kind, make, status] of makers) {
      rmSync(file, { recursive: true, force: true })
      make()
      const one = here.box({ rootfs: root, user: 'evil', command: ['id'] })
      const ran = await one.up({ timeout: 5_000 })
      expect([kind, ran.status, ran.stdout]).toEqual([kind, status, ''])
      expect(ran.stderr).not.toBe('')
      await one.down()
    }
    rmSync(file, { recursive: true, force: true })
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
      (
        await run(
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
    for (const output of outputs) {
      expect(output).toMatch(/CapInh:\t0+\n/)
      expect(output).toMatch(/CapAmb:\t0+\n/)
    }
    expect(outputs[2]).toMatch(/CapEff:\t0+\n/)
  })
  test('an inheritable set would last without its clearing', async () => {
    const box = here.box({ rootfs: 'host', command: ['grep', 'CapInh', '/proc/self/status'] })
    without(box, '@set[2, 5] = (0, 0);')
    const { stdout } = await run(['setpriv', '--inh-caps', '+chown', 'sh', box.program, 'up'], {
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
    run(
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
  const other = here.box({ rootfs: 'host', security_opt: ['seccomp=unconfined'], command: ['sleep', '100'] })
  await other.up({ detach: true })
  expect((await wrap(other, 'enter', 'perl', '-e', find)).stdout).toBe('none')
})

describe('standard streams', () => {
  const change =
    "chown 1234:1234 /proc/self/fd/0 /proc/self/fd/1 2>/dev/null; chmod 0777 /proc/self/fd/0; perl -e 'chown 1234, 1234, *STDIN; chmod 0777, *STDIN; chown 1234, 1234, *STDERR'; true"
  const owner = () => {
    const { uid, gid, mode, ctimeMs } = statSync('/dev/null')
    return { uid, gid, mode, ctimeMs }
  }
  test("the host's /dev/null keeps its owner and mode", async () => {
    const before = owner()
    const box = here.box({ rootfs: 'host', command: ['sh', '-c', `${change}; exec sleep 100`] })
    await run(['sh', '-c', `sh ${box.program} up -d </dev/null >/dev/null 2>/dev/null`], { env: here.env })
    await run(
      ['sh', '-c', `sh ${box.program} enter sh -c ${quoted(change)} </dev/null >/dev/null 2>/dev/null`],
      { env: here.env },
    )
    await box.down('-t', '0')
    expect(owner()).toEqual(before)
  })
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
  test('a box that puts another file in place of its /dev/null is not trusted, and does not hang enter', async () => {
    const box = here.box({ rootfs: 'host', command: ['sleep', '100'] })
    await box.up({ detach: true })
    for (const trick of [
      'mkfifo /dev/null',
      'ln -s /etc/hosts /dev/null',
      'touch /dev/null',
      'ln -s /dev/zero /dev/null',
    ]) {
      expect((await box.enter(['sh', '-c', `rm -f /dev/null; ${trick}`], { stdin: '' })).status).toBe(0)
      const ran = await box.enter(['cat'], { timeout: 5_000 })
      expect([trick, ran.status]).toEqual([trick, 125])
      expect(ran.stderr).toMatch(/\/dev\/null/)
    }
  })
})

describe('the terminal of the caller', () => {
  const inject = `for my $path ("/dev/tty", map { "/proc/self/fd/$_" } 0..2) { open my $tty, "+<", $path or next; ioctl $tty, 0x5412, my $c = $_ for split //, "INJECTED\\n" } print "tried\\n"`
  const typed = (box: TestBox, verb: string) =>
    run(
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
    without(box, 'call("setsid") if $up || $the{tty};')
    expect((await typed(box, 'up')).stdout).toMatch(/got:INJECTED/)
    await box.down()
  })
})

test('NUL is refused, newlines arrive', async () => {
  const box = here.box({
    rootfs: 'host',
    environment: { A: '1\n2', B: '=x=\n' },
    command: ['sh', '-c', 'printf "%s|%s|%s" "$A" "$B" "$1"', 'x', 'a\nb\n'],
  })
  expect((await box.up()).stdout).toBe('1\n2|=x=\n|a\nb\n')
  await box.down()
  for (const spec of [
    { command: ['a\0b'] },
    { command: ['x'], environment: { A: 'a\0b' } },
    { command: ['x'], environment: ['A\0=b'] },
  ])
    expect(() => here.box({ rootfs: 'host', ...spec })).toThrow()
})

test('names that are paths, options or more than a word are refused', () => {
  for (const name of [
    '../x',
    'a b',
    '-rf',
    'a\nb',
    '..',
    '.',
    'a/b',
    '',
    '../../../tmp/evil',
    'a;b',
    '$(id)',
  ])
    expect(() => here.box({ name, rootfs: 'host', command: ['true'] })).toThrow()
})
