import { isPermissive, returnValue } from './actions.ts'
import type { Profile } from './profile.ts'
import { decisions, type Target } from './rules.ts'
import { syscallNumbers } from './syscalls.ts'

/** Of these calls the ones that the filter may refuse, whatever their arguments. */
export function refusedCalls(profile: Profile, target: Target, names: readonly string[]): string[] {
  const known = decisions(profile, target)
  const numbers = syscallNumbers(target.arch)
  return names.filter((name) => {
    const number = numbers.get(name)
    const decision = number === undefined ? undefined : known.get(number)
    if (decision === undefined) return number !== undefined && !isPermissive(profile.defaultAction)
    return [decision.otherwise, ...decision.tests.map(({ value }) => value)].some((value) => value < PASSES)
  })
}

/** From LOG on a call is made. TRACE has no tracer here. */
const PASSES = returnValue('SCMP_ACT_LOG')
