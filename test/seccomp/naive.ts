import type { Arg, Profile, Rule } from '../../src/seccomp/profile.ts'
import type { Target } from '../../src/seccomp/rules.ts'
import { syscallNumbers } from '../../src/seccomp/syscalls.ts'
import type { Call } from './run-filter.ts'

/** What a profile says about a call, read rule by rule and without a thought for speed. Shares no code with the compiler. */
export function naive(profile: Profile, target: Target, call: Call): number {
  if (call.arch !== { x86_64: 0xc000003e, aarch64: 0xc00000b7 }[target.arch]) return 0x80000000
  if (target.arch === 'x86_64' && call.nr >= 0x40000000) return ERRNO | 38
  const rules = profile.syscalls.filter((rule) => applies(rule, target))
  const numbers = (rule: Rule) => rule.names.map((name) => syscallNumbers(target.arch).get(name) ?? -1)
  const mine = rules.filter((rule) => numbers(rule).includes(call.nr))

  for (const conditional of [true, false]) {
    for (const actions of STRICT_FIRST) {
      for (const rule of mine.filter(
        ({ action, args = [] }) => actions.includes(action) && args.length > 0 === conditional,
      )) {
        if (matches(rule.args ?? [], call)) return value(rule.action, rule.errnoRet)
      }
    }
  }
  const newest = Math.max(-1, ...rules.flatMap(numbers))
  const strict = !['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'].includes(profile.defaultAction)
  if (strict && newest >= 0 && call.nr > newest) return ERRNO | 38
  return value(profile.defaultAction, profile.defaultErrnoRet)
}

function matches(args: readonly Arg[], call: Call): boolean {
  const repeated = args.some((a, i) => args.some((b, j) => i !== j && a.index === b.index))
  return repeated ? args.some((arg) => holds(arg, call)) : args.every((arg) => holds(arg, call))
}

function holds({ index, op, value, valueTwo = 0 }: Arg, call: Call): boolean {
  const actual = BigInt.asUintN(64, call.args?.[index] ?? 0n)
  const wanted = BigInt(value)
  if (op === 'SCMP_CMP_NE') return actual !== wanted
  if (op === 'SCMP_CMP_LT') return actual < wanted
  if (op === 'SCMP_CMP_LE') return actual <= wanted
  if (op === 'SCMP_CMP_EQ') return actual === wanted
  if (op === 'SCMP_CMP_GE') return actual >= wanted
  if (op === 'SCMP_CMP_GT') return actual > wanted
  return (actual & wanted) === BigInt(valueTwo)
}

function applies({ includes = {}, excludes = {} }: Rule, { arch, capabilities, kernel }: Target): boolean {
  const goarch = arch === 'x86_64' ? 'amd64' : 'arm64'
  const reached = (min: string) =>
    Number(min.split('.')[0]) * 1000 + Number(min.split('.')[1]) <= kernel[0] * 1000 + kernel[1]
  if (includes.arches && !includes.arches.includes(goarch)) return false
  if (includes.minKernel && !reached(includes.minKernel)) return false
  for (const cap of includes.caps ?? []) if (!capabilities.includes(cap)) return false
  if (excludes.arches?.includes(goarch)) return false
  if (excludes.minKernel && reached(excludes.minKernel)) return false
  for (const cap of excludes.caps ?? []) if (capabilities.includes(cap)) return false
  return true
}

function value(action: string, errno = 1): number {
  if (action === 'SCMP_ACT_ERRNO') return ERRNO | errno
  if (action === 'SCMP_ACT_TRACE') return 0x7ff00000 | errno
  if (action === 'SCMP_ACT_KILL_PROCESS') return 0x80000000
  if (action === 'SCMP_ACT_TRAP') return 0x30000
  if (action === 'SCMP_ACT_LOG') return 0x7ffc0000
  if (action === 'SCMP_ACT_ALLOW') return 0x7fff0000
  return 0
}

const ERRNO = 0x50000
const STRICT_FIRST = [
  ['SCMP_ACT_KILL_PROCESS'],
  ['SCMP_ACT_KILL', 'SCMP_ACT_KILL_THREAD'],
  ['SCMP_ACT_TRAP'],
  ['SCMP_ACT_ERRNO'],
  ['SCMP_ACT_TRACE'],
  ['SCMP_ACT_LOG'],
  ['SCMP_ACT_ALLOW'],
]
