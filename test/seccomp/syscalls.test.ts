import { expect, test } from '@jest/globals'
import { isSyscall, syscallNames, syscallNumbers } from '../../src/seccomp/syscalls.ts'

test.each([
  ['read', 0, 63],
  ['ioctl', 16, 29],
  ['clone', 56, 220],
  ['fork', 57, undefined],
  ['renameat', 264, 38],
  ['newfstatat', 262, 79],
  ['rseq', 334, 293],
  ['uretprobe', 335, undefined],
  ['kexec_file_load', 320, 294],
  ['seccomp', 317, 277],
  ['wait4', 61, 260],
  ['prlimit64', 302, 261],
  ['pidfd_send_signal', 424, 424],
  ['clone3', 435, 435],
  ['memfd_secret', 447, 447],
  ['fchmodat2', 452, 452],
  ['mseal', 462, 462],
  ['file_setattr', 469, 469],
  ['chown32', undefined, undefined],
])('%s is %s on x86_64 and %s on aarch64', (name, x86, arm) => {
  expect([syscallNumbers('x86_64').get(name), syscallNumbers('aarch64').get(name)]).toEqual([x86, arm])
})

test('no number has two names', () => {
  for (const arch of ['x86_64', 'aarch64'] as const) {
    expect(syscallNames(arch).size).toBe(syscallNumbers(arch).size)
  }
})

test('a call of another machine is still a call', () => {
  expect(['read', 'chown32', 'riscv_flush_icache', 'opennat'].map(isSyscall)).toEqual([
    true,
    true,
    true,
    false,
  ])
})
