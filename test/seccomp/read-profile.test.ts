import { describe, expect, test } from '@jest/globals'
import { filterFlags } from '../../src/seccomp/profile.ts'
import { readProfile } from '../../src/seccomp/read-profile.ts'

const rule = { names: ['read'], action: 'SCMP_ACT_ALLOW' }
const profile = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: [rule] }

describe('what is accepted', () => {
  test('docker: name, nulls, empty lists, archMap', () => {
    const json = {
      ...profile,
      archMap: [{ architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X32'] }],
      syscalls: [
        {
          name: 'read',
          action: 'SCMP_ACT_ALLOW',
          args: null,
          comment: '',
          includes: {},
          excludes: { caps: [] },
        },
        {
          ...rule,
          includes: { caps: ['CAP_BPF'], arches: ['amd64', 's390x'], minKernel: '4.8' },
          excludes: null,
        },
      ],
    }
    expect(readProfile(json)).toEqual({
      profile: {
        defaultAction: 'SCMP_ACT_ERRNO',
        syscalls: [
          { ...rule, comment: '', includes: {}, excludes: {} },
          { ...rule, includes: { caps: ['CAP_BPF'], arches: ['amd64', 's390x'], minKernel: '4.8' } },
        ],
      },
      unknown: [],
    })
  })

  test('podman: the name of an error number beside it', () => {
    const json = {
      ...profile,
      defaultErrnoRet: 38,
      defaultErrno: 'ENOSYS',
      syscalls: [{ names: ['read'], action: 'SCMP_ACT_ERRNO', errnoRet: 22, errno: 'EINVAL', args: [] }],
    }
    expect(readProfile(json)).toEqual({
      profile: {
        defaultAction: 'SCMP_ACT_ERRNO',
        defaultErrnoRet: 38,
        syscalls: [{ names: ['read'], action: 'SCMP_ACT_ERRNO', errnoRet: 22 }],
      },
      unknown: [],
    })
  })

  test('OCI: flags', () => {
    const reading = readProfile({
      ...profile,
      flags: ['SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_SPEC_ALLOW'],
    })
    expect('profile' in reading && filterFlags(reading.profile)).toBe(6)
    expect(filterFlags({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [] })).toBe(0)
  })

  test('names that no machine has are told apart from those of others', () => {
    const syscalls = [
      { ...rule, names: ['chown32', 'opennat', 's390_runtime_instr', 'socketcall', 'keyctl'] },
    ]
    expect(readProfile({ ...profile, syscalls })).toMatchObject({ unknown: ['opennat'] })
  })

  test('a bigint where a number is not exact', () => {
    const args = [{ index: 5, value: (1n << 64n) - 1n, op: 'SCMP_CMP_EQ' }]
    expect(readProfile({ ...profile, syscalls: [{ ...rule, args }] })).toMatchObject({
      profile: { syscalls: [{ args }] },
    })
  })
})

describe('what is refused', () => {
  const arg = { index: 0, value: 1, op: 'SCMP_CMP_EQ' }
  const withRule = (fields: object) => ({ ...profile, syscalls: [rule, { ...rule, ...fields }] })
  const withArg = (fields: object) => withRule({ args: [{ ...arg, ...fields }] })

  test.each([
    [null, /^a seccomp profile is an object/],
    [[], /^a seccomp profile is an object/],
    [{ syscalls: [] }, /^defaultAction: expected one of SCMP_ACT_KILL_PROCESS, .*, got nothing$/],
    [{ ...profile, defaultAction: 'allow' }, /^defaultAction: expected one of .*, got "allow"$/],
    [{ ...profile, defaultAction: 'SCMP_ACT_NOTIFY' }, /^defaultAction: SCMP_ACT_NOTIFY needs a process/],
    [{ ...profile, listenerPath: '/run/x' }, /^listenerPath: a box has no process/],
    [{ ...profile, syscals: [] }, /^syscals: unknown key; known are defaultAction, /],
    [{ ...profile, syscalls: {} }, /^syscalls: expected a list, got an object$/],
    [{ ...profile, flags: ['LOG'] }, /^flags\[0\]: expected one of SECCOMP_FILTER_FLAG_TSYNC, /],
    [{ ...profile, architectures: ['x86'] }, /^architectures\[0\]: expected SCMP_ARCH_…, got "x86"$/],
    [{ ...profile, architectures: 'x86' }, /^architectures: expected a list, got "x86"$/],
    [
      { ...profile, architectures: ['SCMP_ARCH_X86'], archMap: [{ architecture: 'SCMP_ARCH_X86' }] },
      /^archMap: stands beside architectures/,
    ],
    [
      { ...profile, archMap: [{ arch: 'SCMP_ARCH_X86', architecture: 'SCMP_ARCH_X86' }] },
      /^archMap\[0\]\.arch: unknown key/,
    ],
    [{ ...profile, defaultErrno: 'ENOSYS' }, /^defaultErrno: needs defaultErrnoRet/],
    [
      { ...profile, defaultErrnoRet: 4096 },
      /^defaultErrnoRet: expected a whole number from 0 to 4095, got 4096$/,
    ],
    [
      { ...profile, defaultAction: 'SCMP_ACT_ALLOW', defaultErrnoRet: 1 },
      /^defaultErrnoRet: SCMP_ACT_ALLOW returns no error number$/,
    ],
    [withRule({ action: 'SCMP_ACT_DENY' }), /^syscalls\[1\]\.action: expected one of/],
    [withRule({ errnoRet: 1 }), /^syscalls\[1\]\.errnoRet: SCMP_ACT_ALLOW returns no error number$/],
    [withRule({ names: [] }), /^syscalls\[1\]\.names: expected at least one system call$/],
    [
      withRule({ names: ['read', 3] }),
      /^syscalls\[1\]\.names\[1\]: expected the name of a system call, got 3$/,
    ],
    [withRule({ names: ["it's"] }), /^syscalls\[1\]\.names\[0\]: expected the name/],
    [withRule({ name: 'read' }), /^syscalls\[1\]\.name: stands beside names/],
    [withRule({ priority: 1 }), /^syscalls\[1\]\.priority: unknown key/],
    [withRule({ comment: 1 }), /^syscalls\[1\]\.comment: expected text, got 1$/],
    [
      withRule({ includes: { caps: ['SYS_ADMIN'] } }),
      /^syscalls\[1\]\.includes\.caps\[0\]: expected a capability/,
    ],
    [
      withRule({ excludes: { arches: ['x86_64'] } }),
      /^syscalls\[1\]\.excludes\.arches\[0\]: .* amd64 or arm64, got "x86_64"$/,
    ],
    [
      withRule({ includes: { minKernel: '4.8.1' } }),
      /^syscalls\[1\]\.includes\.minKernel: expected a kernel such as "4\.8"/,
    ],
    [withArg({ index: 6 }), /^syscalls\[1\]\.args\[0\]\.index: expected a whole number from 0 to 5, got 6$/],
    [withArg({ op: '==' }), /^syscalls\[1\]\.args\[0\]\.op: expected one of SCMP_CMP_NE, /],
    [withArg({ value: -1 }), /^syscalls\[1\]\.args\[0\]\.value: expected a whole number from 0 to /],
    [withArg({ value: '1' }), /^syscalls\[1\]\.args\[0\]\.value: .*, got "1"$/],
    [withArg({ value: 2 ** 63 }), /^syscalls\[1\]\.args\[0\]\.value: 9223372036854776000 is above 2\^53 - 1/],
    [withArg({ valueTwo: 1 }), /^syscalls\[1\]\.args\[0\]\.valueTwo: SCMP_CMP_EQ compares with value only$/],
    [
      withArg({ op: 'SCMP_CMP_MASKED_EQ', value: 1, valueTwo: 2 }),
      /^syscalls\[1\]\.args\[0\]\.valueTwo: has bits outside/,
    ],
  ])('%j', (json, message) => {
    expect(readProfile(json)).toEqual({ errors: [expect.stringMatching(message)] })
  })

  test('all errors at once', () => {
    const reading = readProfile({
      defaultAction: 'no',
      syscalls: [{ names: ['read'], action: 'no', args: [{ op: 'no' }] }],
    })
    expect('errors' in reading && reading.errors.map((error) => error.split(':')[0])).toEqual([
      'defaultAction',
      'syscalls[0].action',
      'syscalls[0].args[0].index',
      'syscalls[0].args[0].op',
    ])
  })
})
