import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ACTIONS, type Action, takesErrno } from '../../src/seccomp/actions.ts'
import { compileFilter } from '../../src/seccomp/compile.ts'
import { defaultProfile } from '../../src/seccomp/default-profile.ts'
import { type Arg, OPS, type Profile, type Rule } from '../../src/seccomp/profile.ts'
import type { Target } from '../../src/seccomp/rules.ts'
import { syscallNumbers } from '../../src/seccomp/syscalls.ts'
import { naive } from './naive.ts'
import { AUDIT_ARCH, runFilter } from './run-filter.ts'

const ALLOW = 0x7fff0000
const EPERM = 0x50001
const ENOSYS = 0x50026
const KILL_PROCESS = 0x80000000

const x86: Target = { arch: 'x86_64', capabilities: [], kernel: [6, 1] }
const arm: Target = { ...x86, arch: 'aarch64' }

describe('every call gets what the profile says', () => {
  test('random profiles', () => {
    fc.assert(
      fc.property(
        profiles(),
        targets(),
        fc.array(calls(), { minLength: 1, maxLength: 30 }),
        (profile, target, some) => {
          const filter = compileFilter(profile, target)
          for (const { nr, args, arch } of [...some, ...edges(profile, target)]) {
            const call = { nr, args, arch: AUDIT_ARCH[arch ?? target.arch] }
            expect([call, runFilter(filter, call).value]).toEqual([call, naive(profile, target, call)])
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test('the default profile, every number', () => {
    for (const target of [x86, arm, { ...x86, capabilities: ['CAP_SYS_ADMIN', 'CAP_AUDIT_WRITE'] }]) {
      const filter = compileFilter(defaultProfile, target)
      for (let nr = 0; nr < 600; nr++) {
        for (const args of [[], [40n, 0x5412n], [0x10000000n, 0x5413n], [16n, 3n, 9n]]) {
          const call = { nr, args, arch: AUDIT_ARCH[target.arch] }
          expect([call, runFilter(filter, call).value]).toEqual([call, naive(defaultProfile, target, call)])
        }
      }
    }
  })
})

describe('rules of one call', () => {
  const decide = (rules: readonly Partial<Rule>[], ...args: bigint[]) => {
    const syscalls = rules.map((rule): Rule => ({ names: ['ioctl'], action: 'SCMP_ACT_ALLOW', ...rule }))
    const filter = compileFilter({ defaultAction: 'SCMP_ACT_TRAP', syscalls }, x86)
    return runFilter(filter, { arch: AUDIT_ARCH.x86_64, nr: 16, args }).value
  }
  const eq = (index: number, value: number): Arg => ({ index, value, op: 'SCMP_CMP_EQ' })

  test('all args must hold', () => {
    const rules = [{ args: [eq(0, 1), eq(1, 2)] }]
    expect([decide(rules, 1n, 2n), decide(rules, 1n, 3n), decide(rules, 0n, 2n)]).toEqual([
      ALLOW,
      0x30000,
      0x30000,
    ])
  })

  test('but with two on the same argument one is enough, as in runc', () => {
    const rules = [{ args: [eq(0, 1), eq(0, 2), eq(1, 7)] }]
    expect([decide(rules, 1n), decide(rules, 2n), decide(rules, 9n, 7n), decide(rules, 9n)]).toEqual([
      ALLOW,
      ALLOW,
      ALLOW,
      0x30000,
    ])
  })

  test('a condition comes before none, wherever it stands', () => {
    const rules: Partial<Rule>[] = [{}, { args: [eq(0, 1)], action: 'SCMP_ACT_ERRNO' }]
    expect([decide(rules, 1n), decide(rules, 2n)]).toEqual([EPERM, ALLOW])
    expect([decide(rules.toReversed(), 1n), decide(rules.toReversed(), 2n)]).toEqual([EPERM, ALLOW])
  })

  test('of two that hold the stricter decides', () => {
    const rules: Partial<Rule>[] = [
      { args: [eq(0, 1)] },
      { args: [eq(1, 1)], action: 'SCMP_ACT_KILL_PROCESS' },
    ]
    expect(decide(rules, 1n, 1n)).toBe(KILL_PROCESS)
  })

  test('a rule with the default action still counts', () => {
    expect(decide([{}, { args: [eq(0, 1)], action: 'SCMP_ACT_TRAP' }], 1n)).toBe(0x30000)
  })

  test('the high half of an argument is not forgotten', () => {
    expect([decide([{ args: [eq(0, 1)] }], 1n), decide([{ args: [eq(0, 1)] }], (1n << 32n) + 1n)]).toEqual([
      ALLOW,
      0x30000,
    ])
  })
})

describe('calls that are not 64-bit calls of the machine', () => {
  const everything: Profile = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [] }

  test.each([
    ['i386 on x86_64', x86, { arch: AUDIT_ARCH.i386, nr: 20 }, KILL_PROCESS],
    ['arm on aarch64', arm, { arch: AUDIT_ARCH.arm, nr: 20 }, KILL_PROCESS],
    ['aarch64 on x86_64', x86, { arch: AUDIT_ARCH.aarch64, nr: 172 }, KILL_PROCESS],
    ['x32 on x86_64', x86, { arch: AUDIT_ARCH.x86_64, nr: 0x40000000 + 39 }, ENOSYS],
    ['number -1, as from a tracer', x86, { arch: AUDIT_ARCH.x86_64, nr: 0xffffffff }, ENOSYS],
    ['the last number below x32', x86, { arch: AUDIT_ARCH.x86_64, nr: 0x3fffffff }, ALLOW],
  ])('%s', (_, target, call, value) => {
    expect(runFilter(compileFilter(everything, target), call).value).toBe(value)
  })
})

describe('calls newer than the profile', () => {
  const open: Rule = { names: ['openat'], action: 'SCMP_ACT_ALLOW' }
  const decide = (profile: Profile, nr: number) =>
    runFilter(compileFilter(profile, x86), { arch: AUDIT_ARCH.x86_64, nr }).value

  test('ENOSYS after the last one named, where the default is to refuse', () => {
    const profile: Profile = { defaultAction: 'SCMP_ACT_KILL_PROCESS', syscalls: [open] }
    expect([decide(profile, 256), decide(profile, 257), decide(profile, 258)]).toEqual([
      KILL_PROCESS,
      ALLOW,
      ENOSYS,
    ])
  })

  test('left alone where the default is to allow', () => {
    expect(decide({ defaultAction: 'SCMP_ACT_LOG', syscalls: [open] }, 258)).toBe(0x7ffc0000)
  })

  test('a profile that names nothing keeps its default', () => {
    expect(decide({ defaultAction: 'SCMP_ACT_ERRNO', syscalls: [] }, 0)).toBe(EPERM)
  })
})

describe('size', () => {
  test('every jump of a long program reaches its end', () => {
    const profile = checkered(700)
    const filter = compileFilter(profile, x86)
    expect(filter.length).toBeGreaterThan(1500)
    for (const arg of [0n, 1n, 350n, 699n, 700n]) {
      const call = { arch: AUDIT_ARCH.x86_64, nr: 16, args: [arg] }
      expect(runFilter(filter, call).value).toBe(naive(profile, x86, call))
    }
  })

  test('more than the kernel takes is an error', () => {
    expect(() => compileFilter(checkered(3000), x86)).toThrow(/kernel takes 4096/)
  })

  test('the default profile: few instructions, few steps', () => {
    for (const target of [x86, arm]) {
      const filter = compileFilter(defaultProfile, target)
      expect(filter.length).toBeLessThan(200)
      const steps = [...syscallNumbers(target.arch).values()].map(
        (nr) => runFilter(filter, { arch: AUDIT_ARCH[target.arch], nr }).steps,
      )
      expect(Math.max(...steps)).toBeLessThan(32)
    }
  })
})

/** As many rules as asked for on one call, no two alike. */
function checkered(count: number): Profile {
  const syscalls = Array.from(
    { length: count },
    (_, i): Rule => ({
      names: ['ioctl'],
      action: 'SCMP_ACT_ERRNO',
      errnoRet: i % 100,
      args: [{ index: 0, value: i, op: 'SCMP_CMP_EQ' }],
    }),
  )
  return { defaultAction: 'SCMP_ACT_ALLOW', syscalls }
}

/** The numbers and args where a comparison could be off by one. */
function edges(profile: Profile, target: Target) {
  return profile.syscalls.flatMap((rule) => {
    const nr = syscallNumbers(target.arch).get(rule.names[0] ?? '') ?? 0
    const near = (rule.args ?? []).flatMap(({ index, value, valueTwo = 0 }) =>
      [BigInt(value), BigInt(valueTwo)].flatMap((word) =>
        [-1n, 0n, 1n, 1n << 32n, -(1n << 32n)].map((step) => {
          const args = Array<bigint>(6).fill(word)
          args[index] = BigInt.asUintN(64, word + step)
          return { nr, args, arch: undefined }
        }),
      ),
    )
    return [
      ...near,
      { nr: nr + 1, args: [], arch: undefined },
      { nr: Math.max(0, nr - 1), args: [], arch: undefined },
    ]
  })
}

function calls() {
  return fc.record({
    nr: fc.oneof(
      { weight: 6, arbitrary: fc.nat(500) },
      fc.constantFrom(0x3fffffff, 0x40000000, 0x40000001, 0x7fffffff, 0x80000000, 0xffffffff),
    ),
    args: fc.array(words(), { minLength: 6, maxLength: 6 }),
    arch: fc.oneof(
      { weight: 8, arbitrary: fc.constant(undefined) },
      fc.constantFrom('i386' as const, 'arm' as const, 'x86_64' as const, 'aarch64' as const),
    ),
  })
}

function words() {
  return fc.oneof(
    fc.constantFrom(
      0n,
      1n,
      2n,
      0x7fffffffn,
      0x80000000n,
      0xffffffffn,
      1n << 32n,
      (1n << 32n) + 1n,
      (1n << 64n) - 1n,
    ),
    fc.bigInt({ min: 0n, max: 5n }),
    fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  )
}

function args(): fc.Arbitrary<Arg> {
  return fc
    .record({ index: fc.nat(5), value: words(), two: words(), op: fc.constantFrom(...OPS) })
    .map(({ index, value, two, op }) =>
      op === 'SCMP_CMP_MASKED_EQ' ? { index, value, valueTwo: two & value, op } : { index, value, op },
    )
}

function actions() {
  return fc
    .record({ action: fc.constantFrom(...(Object.keys(ACTIONS) as Action[])), errno: fc.nat(4095) })
    .map(({ action, errno }) => (takesErrno(action) && errno % 2 ? { action, errnoRet: errno } : { action }))
}

function wheres() {
  const caps = fc.subarray(['CAP_SYS_ADMIN', 'CAP_BPF'])
  return fc.record(
    {
      caps,
      arches: fc.constantFrom(['amd64'], ['arm64', 'arm']),
      minKernel: fc.constantFrom('4.8', '6.1', '6.12'),
    },
    { requiredKeys: [] },
  )
}

function profiles(): fc.Arbitrary<Profile> {
  const names = [
    ...new Set([...syscallNumbers('x86_64').keys(), ...syscallNumbers('aarch64').keys(), 'chown32']),
  ]
  const few = ['read', 'ioctl', 'socket', 'openat', 'keyctl', 'mseal']
  const rule = fc
    .record(
      {
        names: fc.oneof(fc.subarray(few, { minLength: 1 }), fc.subarray(names, { minLength: 1 })),
        what: actions(),
        args: fc.array(args(), { maxLength: 4 }),
        includes: wheres(),
        excludes: wheres(),
      },
      { requiredKeys: ['names', 'what'] },
    )
    .map(({ what, ...rest }): Rule => ({ ...rest, ...what }))
  return fc
    .record({ what: actions(), syscalls: fc.array(rule, { maxLength: 12 }) })
    .map(({ what: { action, errnoRet }, syscalls }) => ({
      defaultAction: action,
      ...(errnoRet !== undefined && { defaultErrnoRet: errnoRet }),
      syscalls,
    }))
}

function targets(): fc.Arbitrary<Target> {
  return fc.record({
    arch: fc.constantFrom('x86_64' as const, 'aarch64' as const),
    capabilities: fc.subarray(['CAP_SYS_ADMIN', 'CAP_BPF']),
    kernel: fc.constantFrom<readonly [number, number]>([4, 4], [5, 10], [6, 1], [6, 18]),
  })
}
