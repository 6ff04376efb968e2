import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { cgroupTrees, run, world } from '../harness/index.ts'
import { without } from './attack.ts'

// What holds root in the box: cgroups, masks of /proc and /sys, mounts, sockets, the default filter, modes of the state.
const here = world()
const users = {
  uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
  gidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
}

const groups = `
for t in /sys/fs/cgroup /sys/fs/cgroup/*; do
  for f in release_agent notify_on_release cgroup.procs tasks; do [ -e $t/$f ] && echo 1 2>/dev/null >$t/$f && echo "wrote $t/$f"; done
  [ ! -e $t/cgroup.procs ] || { mkdir $t/escape 2>/dev/null && echo "made $t/escape"; }
done
for type in cgroup cgroup2; do for o in memory freezer rdma none,name=x; do mkdir -p /tmp/cg; mount -t $type -o $o cg /tmp/cg 2>/dev/null && echo "mounted $type $o"; done; done
unshare -Ur true 2>/dev/null && echo 'a user namespace'
unshare -UrmC sh -c 'mount -t cgroup -o memory cg /tmp/cg && echo 1 >/tmp/cg/release_agent' 2>/dev/null && echo escaped
mount -o remount,rw /sys 2>/dev/null && echo remounted; mount -o remount,bind,rw /proc/sys 2>/dev/null && echo remounted
umount /proc/kcore 2>/dev/null && echo unmasked
echo end`

describe.each([
  ['of a default box', {}],
  ['of a box with a user namespace', users],
])('cgroups, from the root %s', (_, extra) => {
  test('are not written, mounted, left (CVE-2022-0492)', async () => {
    expect(await here.sh({ ...extra }, groups)).toEqual({ status: 0, stdout: 'end\n', stderr: '' })
    expect(readFileSync('/proc/self/cgroup', 'utf8')).not.toMatch(/escape/)
    for (const tree of cgroupTrees()) expect(existsSync(`${tree}/escape`)).toBe(false)
  })
})

test('cgroups could be written if the mounts were not read-only', async () => {
  const box = here.box({ rootfs: 'host', command: ['sh', '-c', groups] })
  without(box, /nosuid,nodev,noexec,ro,/, 'nosuid,nodev,noexec,rw,')
  expect((await box.up()).stdout).toMatch(/wrote|made/)
  await box.down('-t', '0')
})

const masks = `
for f in kcore keys timer_list sched_debug latency_stats interrupts; do [ ! -e /proc/$f ] || [ -z "$(head -c 1 /proc/$f 2>/dev/null)" ] || echo "read /proc/$f"; done
for d in acpi scsi asound; do [ ! -e /proc/$d ] || [ -z "$(ls -A /proc/$d)" ] || echo "listed /proc/$d"; done
for d in /sys/firmware /sys/devices/virtual/powercap; do [ ! -e $d ] || [ -z "$(ls -A $d)" ] || echo "listed $d"; done
for f in /proc/sysrq-trigger /proc/sys/kernel/core_pattern /proc/sys/vm/drop_caches /sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/uevent_helper /proc/irq/default_smp_affinity; do
  [ ! -e $f ] || { ( : >>$f ) 2>/dev/null && echo "opened $f"; }; done
echo end`

test('/proc and /sys: masked paths are empty, read-only ones are not opened for writing', async () => {
  expect((await here.sh({}, masks)).stdout).toBe('end\n')
  expect((await here.sh({ ...users }, masks)).stdout).toBe('end\n')
  // Seen without them, by opening alone.
  const box = here.box({
    rootfs: 'host',
    security_opt: ['systempaths=unconfined'],
    command: ['sh', '-c', masks],
  })
  expect((await box.up()).stdout).toMatch(/read \/proc\/timer_list/)
  await box.down()
})

test('nothing of a box is in the mounts of a host whose root is shared', async () => {
  const volume = `${here.directory}/vol`
  mkdirSync(volume)
  const box = here.box({
    rootfs: 'host',
    cap_add: ['SYS_ADMIN'],
    security_opt: ['seccomp=unconfined'],
    volumes: [`${volume}:/vol`],
    command: ['sh', '-c', 'mkdir -p /vol/m; mount -t tmpfs inside /vol/m && echo mounted; sleep 100'],
  })
  const script = `mount --make-rshared / && cp /proc/self/mountinfo ${here.directory}/before && sh ${box.program} up -d >/dev/null && sh ${box.program} enter true && cp /proc/self/mountinfo ${here.directory}/during; sh ${box.program} down -t 0; cp /proc/self/mountinfo ${here.directory}/after`
  expect(
    await run(['unshare', '--mount', '--propagation', 'shared', 'sh', '-c', script], { env: here.env }),
  ).toMatchObject({ status: 0, stdout: '' })
  const at = (name: string) => readFileSync(`${here.directory}/${name}`, 'utf8')
  expect(at('during')).toBe(at('before'))
  expect(at('after')).toBe(at('before'))
})

test('no abstract socket is opened', async () => {
  const before = readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .filter((line) => / @/.test(line)).length
  const box = here.box({ rootfs: 'host', network_mode: 'host', tty: true, command: ['sleep', '100'] })
  await box.up({ detach: true })
  expect(
    readFileSync('/proc/net/unix', 'utf8')
      .split('\n')
      .filter((line) => / @/.test(line)).length,
  ).toBeLessThanOrEqual(before)
  await box.down('-t', '0')
})

test('the default filter refuses keyctl, add_key, bpf, perf_event_open, userfaultfd, namespaces, clone3, io_uring, kexec', async () => {
  const numbers = {
    keyctl: 250,
    add_key: 248,
    request_key: 249,
    bpf: 321,
    perf_event_open: 298,
    userfaultfd: 323,
    unshare: 272,
    setns: 308,
    clone3: 435,
    io_uring_setup: 425,
    kexec_load: 246,
    kexec_file_load: 320,
    init_module: 175,
    mount: 165,
    pivot_root: 155,
    open_by_handle_at: 304,
    ptrace_x: 101,
    swapon: 167,
    reboot: 169,
    iopl: 172,
  }
  const script = `my %n = (${Object.entries(numbers)
    .map(([name, number]) => `${name} => ${number}`)
    .join(
      ', ',
    )}); for (sort keys %n) { $! = 0; my $r = syscall($n{$_}, $_ eq "unshare" ? 0x10000000 : 0, 0, 0, 0, 0, 0); printf "%s %d\\n", $_, $r == -1 ? $! + 0 : 0 }`
  const results = async (spec: object) =>
    Object.fromEntries(
      (await here.sh({ ...spec }, `perl -e '${script.replaceAll("'", "'\\''")}'`)).stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ')),
    )
  if (process.arch !== 'x64') return expect(process.arch).toBe('arm64')
  const box = await results({})
  for (const name of Object.keys(numbers))
    if (name !== 'ptrace_x') expect([name, box[name]]).toEqual([name, name === 'clone3' ? '38' : '1'])
  // Without it some of them succeed, or fail for reasons of their own.
  const open = await results({ security_opt: ['seccomp=unconfined'] })
  expect(open.unshare).toBe('0')
  expect(open.clone3).not.toBe('38')
})

test('state, log, layer: nobody else reads them; secrets are in no command line', async () => {
  const secret = `canary${Math.random().toString(36).slice(2)}`
  const box = here.box({
    rootfs: 'host',
    environment: { SECRET: secret },
    command: [
      'sh',
      '-c',
      'echo "log $SECRET"; cp /bin/sleep /tmp/suid; chmod 4755 /tmp/suid; exec sleep 100',
    ],
  })
  // Any command line of the machine, as fast as one process can read them, while the box starts and is entered.
  const watch = `my %seen; $| = 1; print "ready\\n"; while (!-e "${here.directory}/enough") { for my $file (glob "/proc/[0-9]*/cmdline") { open my $f, "<", $file or next; local $/; my $text = <$f> // ""; print "SEEN $text\\n" if $text =~ /${secret.slice(0, 6)}[^}]/ && $text =~ /${secret.slice(6)}/ } }`
  writeFileSync(`${here.directory}/watch.pl`, watch)
  const watching = run(['perl', `${here.directory}/watch.pl`], { env: here.env })
  await box.up({ detach: true })
  await box.enter(['true'])
  await box.enter(['sh', '-c', 'echo "$SECRET"'])
  writeFileSync(`${here.directory}/enough`, '')
  expect((await watching).stdout).toBe('ready\n')
  const nobody = (command: string) =>
    spawnSync('setpriv', ['--reuid', '65534', '--regid', '65534', '--clear-groups', 'sh', '-c', command], {
      encoding: 'utf8',
    })
  const { run: runDir, data } = box.box.paths
  for (const path of [
    runDir,
    data,
    `${data}/log`,
    `${data}/upper`,
    `${data}/program`,
    `${runDir}/process`,
    here.root + '/roots',
    here.root + '/boxes',
  ])
    expect([path, nobody(`ls -d ${path}/. ; cat ${path}; ls ${path}`).stdout]).toEqual([path, ''])
  expect(nobody(`${data}/upper/tmp/suid 0 && echo ran`).stdout).toBe('')
  expect(nobody(`grep -rl ${secret} ${here.root} ${here.run}`).stdout).toBe('')
  expect(readFileSync(`${data}/program`, 'utf8')).toMatch(secret)
  await box.down('-t', '0')
})

test('with a user namespace the run directory stays that of root', async () => {
  const box = here.box({ rootfs: 'host', ...users, command: ['sleep', '100'] })
  await box.up({ detach: true })
  const as = (command: string) =>
    spawnSync('setpriv', ['--reuid', '100000', '--regid', '100000', '--clear-groups', 'sh', '-c', command], {
      encoding: 'utf8',
    })
  const { run: runDir } = box.box.paths
  as(
    `rm -f ${runDir}/init; echo 1 >${runDir}/init; mv ${runDir} ${runDir}x; ln -s /etc/passwd ${runDir}/exit`,
  )
  expect((await box.status()).stdout).toMatch(/^running/)
  expect(
    spawnSync('stat', ['-c', '%u', runDir, `${runDir}/init`, `${runDir}/exit`, `${runDir}/owner`], {
      encoding: 'utf8',
    }).stdout,
  ).toBe('0\n0\n0\n0\n')
  await box.down('-t', '0')
})
