import { describe, expect, test } from '@jest/globals'
import { compileFilter } from '../../src/seccomp/compile.ts'
import { defaultProfile } from '../../src/seccomp/default-profile.ts'
import { readProfile } from '../../src/seccomp/read-profile.ts'
import { type Arch, isSyscall, syscallNumbers } from '../../src/seccomp/syscalls.ts'
import { AUDIT_ARCH, runFilter } from './run-filter.ts'

const ALLOW = 0x7fff0000
const EPERM = 0x50001
const EINVAL = 0x50016
const ENOSYS = 0x50026

const ARCHES: readonly Arch[] = ['x86_64', 'aarch64']
const HIGH = 1n << 32n

function decide(
  arch: Arch,
  name: string | number,
  args: readonly bigint[] = [],
  capabilities: readonly string[] = [],
) {
  const filter = compileFilter(defaultProfile, { arch, capabilities, kernel: [6, 1] })
  const nr = typeof name === 'number' ? name : syscallNumbers(arch).get(name)
  if (nr === undefined) throw new Error(`${arch} has no ${name}`)
  return runFilter(filter, { arch: AUDIT_ARCH[arch], nr, args }).value
}

test('it is a profile without errors, and names only calls that there are', () => {
  expect(readProfile(defaultProfile)).toEqual({ profile: expect.anything(), unknown: [] })
  for (const name of defaultProfile.syscalls.flatMap((rule) => rule.names)) {
    expect([name, ARCHES.some((arch) => syscallNumbers(arch).has(name)) && isSyscall(name)]).toEqual([
      name,
      true,
    ])
  }
})

describe.each(ARCHES)('on %s', (arch) => {
  test.each(
    'read write openat close execve exit_group getpid futex futex_waitv mmap pidfd_open seccomp landlock_create_ruleset ptrace mseal'.split(
      ' ',
    ),
  )('%s is allowed', (name) => {
    expect(decide(arch, name)).toBe(ALLOW)
  })

  test.each(
    [
      'add_key bpf chroot clock_settime delete_module fsopen init_module io_uring_enter io_uring_register io_uring_setup',
      'kcmp kexec_file_load kexec_load keyctl mbind mount mount_setattr move_mount move_pages open_by_handle_at open_tree',
      'perf_event_open pidfd_getfd pivot_root quotactl reboot request_key setns settimeofday swapoff swapon syslog umount2',
      'unshare userfaultfd vhangup',
    ].flatMap((line) => line.split(' ')),
  )('%s is EPERM', (name) => {
    expect(decide(arch, name)).toBe(EPERM)
  })

  test.each([
    ['CAP_BPF', 'bpf'],
    ['CAP_DAC_READ_SEARCH', 'open_by_handle_at'],
    ['CAP_PERFMON', 'perf_event_open'],
    ['CAP_SYSLOG', 'syslog'],
    ['CAP_SYS_ADMIN', 'mount'],
    ['CAP_SYS_ADMIN', 'unshare'],
    ['CAP_SYS_ADMIN', 'clone3'],
    ['CAP_SYS_BOOT', 'reboot'],
    ['CAP_SYS_CHROOT', 'chroot'],
    ['CAP_SYS_MODULE', 'init_module'],
    ['CAP_SYS_NICE', 'mbind'],
    ['CAP_SYS_PACCT', 'acct'],
    ['CAP_SYS_PTRACE', 'pidfd_getfd'],
    ['CAP_SYS_TIME', 'clock_settime'],
    ['CAP_SYS_TTY_CONFIG', 'vhangup'],
  ])('%s allows %s', (cap, name) => {
    expect(decide(arch, name, [], ['CAP_CHOWN'])).not.toBe(ALLOW)
    expect(decide(arch, name, [], ['CAP_CHOWN', cap])).toBe(ALLOW)
  })

  test.each([
    ['a thread', 0x3d0f00n, ALLOW],
    ['a fork', 17n, ALLOW],
    ['NEWUSER', 0x10000000n, EPERM],
    ['NEWNS', 0x20000n, EPERM],
    ['NEWCGROUP', 0x2000000n, EPERM],
    ['NEWNET among others', 0x403d0f00n, EPERM],
    ['NEWUSER and bits that the kernel drops', 0x10000000n + HIGH, EPERM],
  ])('clone of %s', (_, flags, value) => {
    expect(decide(arch, 'clone', [flags])).toBe(value)
    expect(decide(arch, 'clone', [flags], ['CAP_SYS_ADMIN'])).toBe(ALLOW)
  })

  test('clone3, whose flags no filter sees, is ENOSYS, so that clone is taken', () => {
    expect(decide(arch, 'clone3')).toBe(ENOSYS)
  })

  test.each([
    ['TIOCSTI', 0x5412n, EPERM],
    ['TIOCLINUX', 0x541cn, EPERM],
    ['TIOCSTI in the low half, CVE-2019-10063', 0x5412n + HIGH, EPERM],
    ['TIOCLINUX in the low half', 0x541cn + 0xffffffffn * HIGH, EPERM],
    ['TCGETS', 0x5401n, ALLOW],
    ['TIOCSTI in the high half', 0x5412n * HIGH, ALLOW],
  ])('ioctl %s', (_, command, value) => {
    expect(decide(arch, 'ioctl', [0n, command])).toBe(value)
    expect(decide(arch, 'ioctl', [0n, command], ['CAP_SYS_ADMIN'])).toBe(value)
  })

  test.each([
    ['AF_UNIX', [1n], ALLOW],
    ['AF_INET6', [10n], ALLOW],
    ['AF_ALG', [38n], EPERM],
    ['39, between them', [39n], ALLOW],
    ['AF_VSOCK', [40n], EPERM],
    ['AF_XDP', [44n], ALLOW],
    ['AF_ALG in the low half', [38n + HIGH], EPERM],
    ['AF_VSOCK, its upper half all ones', [40n + 0xffffffffn * HIGH], EPERM],
    ['netlink for routes', [16n, 3n, 0n], ALLOW],
    ['netlink for audit', [16n, 3n, 9n], EINVAL],
    ['something else with protocol 9', [2n, 3n, 9n], ALLOW],
  ])('socket of %s', (_, args, value) => {
    expect(decide(arch, 'socket', args)).toBe(value)
  })

  test('an audit socket with CAP_AUDIT_WRITE', () => {
    expect(decide(arch, 'socket', [16n, 3n, 9n], ['CAP_AUDIT_WRITE'])).toBe(ALLOW)
  })

  test.each([
    [0x0n, ALLOW],
    [0x8n, ALLOW],
    [0x20000n, ALLOW],
    [0x20008n, ALLOW],
    [0xffffffffn, ALLOW],
    [0x40000n, EPERM], // ADDR_NO_RANDOMIZE
    [0x8n + HIGH, EPERM],
  ])('personality %s', (persona, value) => {
    expect(decide(arch, 'personality', [persona])).toBe(value)
  })

  test('a call from the future is ENOSYS', () => {
    expect([466, 467, 600].map((nr) => decide(arch, nr))).toEqual([ALLOW, ENOSYS, ENOSYS])
  })

  test('ptrace only where the filter sees the call after the tracer: Linux 4.8', () => {
    const nr = syscallNumbers(arch).get('ptrace') ?? 0
    const on = (kernel: readonly [number, number]) => {
      const filter = compileFilter(defaultProfile, { arch, capabilities: [], kernel })
      return runFilter(filter, { arch: AUDIT_ARCH[arch], nr }).value
    }
    expect([on([4, 7]), on([4, 8]), on([5, 0])]).toEqual([EPERM, ALLOW, ALLOW])
  })
})

test('x86_64 has calls of its own', () => {
  expect(['arch_prctl', 'modify_ldt', 'uretprobe'].map((name) => decide('x86_64', name))).toEqual([
    ALLOW,
    ALLOW,
    ALLOW,
  ])
  expect(decide('x86_64', 'iopl')).toBe(EPERM)
  expect(decide('x86_64', 'iopl', [], ['CAP_SYS_RAWIO'])).toBe(ALLOW)
})
