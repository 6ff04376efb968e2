import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { compileFilter } from '../../src/seccomp/compile.ts'
import { defaultProfile } from '../../src/seccomp/default-profile.ts'
import { printFilter } from '../../src/seccomp/print.ts'
import { type Arch, syscallNumbers } from '../../src/seccomp/syscalls.ts'

// The launcher's way: read four numbers a line, no_new_privs, seccomp(SECCOMP_SET_MODE_FILTER). Then try calls.
const PERL = String.raw`
  my ($file, $prctl, $seccomp, @calls) = @ARGV;
  if ($file ne '-') {
    open my $in, '<', $file or die "$file: $!";
    my @program = map { /^(\d+) (\d+) (\d+) (\d+)/ ? pack 'SCCL', $1, $2, $3, $4 : die $_ } <$in>;
    my $program = join '', @program;
    syscall($prctl, 38, 1, 0, 0, 0) == 0 or die "no_new_privs: $!";
    syscall($seccomp, 1, 0, pack 'S x6 P', scalar @program, $program) == 0 or die "seccomp: $!";
  }
  if (@calls and $calls[0] eq 'exec') { exec { $calls[1] } $calls[1] or die "exec: $!" }
  for (@calls) {
    my ($name, $nr, @args) = split / /;
    @args = map { $_ + 0 } @args; # text would be passed as an address
    print "$name ", (syscall($nr + 0, @args) < 0 ? $! + 0 : 'ok'), "\n";
  }
  open my $null, '<', '/dev/null' or die "open: $!";
  my $child = fork // die "fork: $!";
  exit 7 unless $child;
  waitpid $child, 0;
  print "fork ", $? >> 8, "\n";
`

const arch: Arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
const number = (name: string) => String(syscallNumbers(arch).get(name))
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'boxes-seccomp-'))
  const filter = compileFilter(defaultProfile, { arch, capabilities: [], kernel: [6, 1] })
  writeFileSync(join(folder, 'filter'), `${printFilter(filter).join('\n')}\n`)
  writeFileSync(join(folder, 'int80'), int80(), { mode: 0o755 })
})
afterAll(() => rmSync(folder, { recursive: true }))

function run(filter: 'filter' | '-', ...calls: string[]) {
  const path = filter === '-' ? '-' : join(folder, filter)
  const words = ['-e', PERL, path, number('prctl'), number('seccomp'), ...calls]
  const { stdout, stderr, status, signal } = spawnSync('perl', words, { encoding: 'utf8', input: '' })
  return { stdout, stderr, status, signal }
}

describe('the default profile on this kernel', () => {
  test('lets a program work, and refuses what it should', () => {
    const calls = [
      ['getpid', 'getpid'],
      ['keyctl', 'keyctl', 0, 0, 0],
      ['unshare-user', 'unshare', 0x10000000],
      ['clone-user', 'clone', 0x10000011, 0, 0, 0, 0],
      ['clone3', 'clone3', 0, 0],
      ['io_uring', 'io_uring_setup', 1, 0],
      ['sti', 'ioctl', 0, 0x5412, 0],
      ['sti-high', 'ioctl', 0, 0x100005412, 0],
      ['tcgets', 'ioctl', 0, 0x5401, 0],
      ['unix', 'socket', 1, 1, 0],
      ['alg', 'socket', 38, 5, 0],
      ['alg-high', 'socket', 0x100000026, 5, 0],
      ['audit', 'socket', 16, 3, 9],
      ['personality', 'personality', 0xffffffff],
      ['no-aslr', 'personality', 0x40000],
    ].map(([label, name, ...args]) => [label, number(String(name)), ...args].join(' '))
    expect(run('filter', ...calls, 'future 600', `x32 ${0x40000000 + 39}`)).toEqual({
      stdout: [
        'getpid ok',
        'keyctl 1',
        'unshare-user 1',
        'clone-user 1',
        'clone3 38',
        'io_uring 1',
        'sti 1',
        'sti-high 1',
        'tcgets 25', // ENOTTY: the kernel was asked
        'unix ok',
        'alg 1',
        'alg-high 1',
        'audit 22',
        'personality ok',
        'no-aslr 1',
        'future 38',
        'x32 38',
        'fork 7',
        '',
      ].join('\n'),
      stderr: '',
      status: 0,
      signal: null,
    })
  })

  test('it is the filter that refuses: without it TIOCSTI reaches the driver', () => {
    expect(run('-', `sti ${number('ioctl')} 0 ${0x5412} 0`).stdout).toBe('sti 25\nfork 7\n')
  })

  if (arch === 'x86_64') {
    test('int 0x80 ends the process', () => {
      // Without a filter it answers, or faults on a kernel that has no 32-bit calls.
      const { status, signal } = run('-', 'exec', join(folder, 'int80'))
      expect(signal ?? status).toEqual(status === 0 ? 0 : 'SIGSEGV')
      expect(run('filter', 'exec', join(folder, 'int80'))).toMatchObject({ status: null, signal: 'SIGSYS' })
    })
  }
})

/** A 64-bit program that asks for its pid the 32-bit way and exits 0. Made by hand: a compiler may be missing. */
function int80(): Uint8Array {
  const code = [
    ...[0xb8, 20, 0, 0, 0], // mov eax, 20 (getpid on i386)
    ...[0xcd, 0x80], // int 0x80
    ...[0x31, 0xff], // xor edi, edi
    ...[0xb8, 60, 0, 0, 0], // mov eax, 60 (exit on x86_64)
    ...[0x0f, 0x05], // syscall
  ]
  const bytes = new Uint8Array(64 + 56 + code.length)
  const view = new DataView(bytes.buffer)
  const base = 0x400000n
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]) // ELF, 64 bits, little endian
  for (const [at, value] of [
    [16, 2], // ET_EXEC
    [18, 62], // EM_X86_64
    [52, 64], // size of this header
    [54, 56], // size of a program header
    [56, 1], // how many
  ] as const) {
    view.setUint16(at, value, true)
  }
  view.setUint32(20, 1, true)
  view.setBigUint64(24, base + 120n, true) // entry
  view.setBigUint64(32, 64n, true) // program headers
  view.setUint32(64, 1, true) // PT_LOAD
  view.setUint32(68, 5, true) // read, execute
  view.setBigUint64(80, base, true)
  view.setBigUint64(96, BigInt(bytes.length), true)
  view.setBigUint64(104, BigInt(bytes.length), true)
  view.setBigUint64(112, 0x1000n, true)
  bytes.set(code, 120)
  return bytes
}
