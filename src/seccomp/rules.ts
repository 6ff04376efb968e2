import { returnValue, strictness } from './actions.ts'
import type { Arg, Profile, Rule, Where } from './profile.ts'
import { type Arch, syscallNumbers } from './syscalls.ts'

/** What the filter is for. */
export interface Target {
  readonly arch: Arch
  /** `CAP_…` names of the box's bounding set. */
  readonly capabilities: readonly string[]
  /** [major, minor] of the kernel it will run on. */
  readonly kernel: readonly [number, number]
}

/** What becomes of one system call: the first test whose args all hold decides, else `otherwise`. */
export interface Decision {
  readonly tests: readonly Test[]
  /** Return values of the filter. */
  readonly otherwise: number
}

export interface Test {
  readonly args: readonly Arg[]
  readonly value: number
}

/**
 * The decisions about every call that the profile names and the target has, by number.
 *
 * Rules with args come before those without, and among each the stricter first, then in the profile's order. A rule is
 * never dropped for having the default action, as runc does: there `ioctl` allowed, but TIOCSTI ERRNO like the default,
 * allows TIOCSTI.
 */
export function decisions(profile: Profile, target: Target): ReadonlyMap<number, Decision> {
  const numbers = syscallNumbers(target.arch)
  const tests = new Map<number, Test[]>()
  for (const rule of profile.syscalls.filter((each) => counts(each, target))) {
    const added = testsOf(rule)
    for (const name of rule.names) {
      const number = numbers.get(name)
      if (number === undefined) continue
      const listed = tests.get(number)
      if (listed === undefined) tests.set(number, [...added])
      else listed.push(...added)
    }
  }
  const fallback = returnValue(profile.defaultAction, profile.defaultErrnoRet)
  return new Map([...tests].map(([number, list]) => [number, decide(list, fallback)]))
}

/** Runc's oldest quirk, kept by all: when two args look at the same argument, every arg is a rule of its own. */
function testsOf(rule: Rule): readonly Test[] {
  const args = rule.args ?? []
  const value = returnValue(rule.action, rule.errnoRet)
  const repeats = new Set(args.map(({ index }) => index)).size < args.length
  return repeats ? args.map((arg) => ({ args: [arg], value })) : [{ args, value }]
}

function decide(tests: readonly Test[], fallback: number): Decision {
  const strictFirst = tests.toSorted((a, b) => strictness(a.value) - strictness(b.value))
  return {
    tests: strictFirst.filter(({ args }) => args.length > 0),
    otherwise: strictFirst.find(({ args }) => args.length === 0)?.value ?? fallback,
  }
}

function counts({ includes, excludes }: Rule, target: Target): boolean {
  return (
    (includes?.caps ?? []).every((cap) => target.capabilities.includes(cap)) &&
    (includes?.arches === undefined || includes.arches.includes(GOARCH[target.arch])) &&
    atLeast(target, includes) !== false &&
    !(excludes?.caps ?? []).some((cap) => target.capabilities.includes(cap)) &&
    !(excludes?.arches ?? []).includes(GOARCH[target.arch]) &&
    atLeast(target, excludes) !== true
  )
}

/** Undefined where no kernel is asked for. */
function atLeast({ kernel }: Target, where: Where | undefined): boolean | undefined {
  if (where?.minKernel === undefined) return undefined
  const [major = 0, minor = 0] = where.minKernel.split('.').map(Number)
  return kernel[0] > major || (kernel[0] === major && kernel[1] >= minor)
}

const GOARCH = { x86_64: 'amd64', aarch64: 'arm64' } as const
