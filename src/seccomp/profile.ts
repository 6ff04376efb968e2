import type { Action } from './actions.ts'

/**
 * A seccomp profile in docker's JSON format, as `readProfile` leaves it: checked, no nulls, `name` written as `names`.
 * OCI's format is the same without `includes` and `excludes`.
 *
 * `architectures` and `archMap` are checked and then dropped: a filter of ours serves the 64-bit calls of one machine,
 * and refuses 32-bit and x32 calls even where the profile lists them (see compile.ts).
 *
 * Sources: OCI runtime-spec config-linux.md#seccomp; docker's docs/security/seccomp and moby/profiles.
 */
export interface Profile {
  readonly defaultAction: Action
  /** For ERRNO and TRACE; EPERM when absent. */
  readonly defaultErrnoRet?: number
  readonly flags?: readonly Flag[]
  readonly syscalls: readonly Rule[]
}

export interface Rule {
  /** Names that the target machine lacks have no effect. */
  readonly names: readonly string[]
  readonly action: Action
  /** For ERRNO and TRACE; EPERM when absent. */
  readonly errnoRet?: number
  /** All must hold; but when two look at the same argument, each stands for itself (see rules.ts). */
  readonly args?: readonly Arg[]
  /** The rule counts only where all of this holds. */
  readonly includes?: Where
  /** The rule does not count where any of this holds. */
  readonly excludes?: Where
  readonly comment?: string
}

export interface Arg {
  /** 0 to 5. */
  readonly index: number
  /** Unsigned 64 bits; for MASKED_EQ the mask. A bigint where a number is not exact. */
  readonly value: number | bigint
  /** MASKED_EQ only: what `argument & value` must be. */
  readonly valueTwo?: number | bigint
  readonly op: Op
}

export interface Where {
  /** In the bounding set: all of `includes.caps`, any of `excludes.caps`. */
  readonly caps?: readonly string[]
  /** GOARCH-like names, `amd64` or `arm64`: any. */
  readonly arches?: readonly string[]
  /** `4.8`: this kernel or a newer one. */
  readonly minKernel?: string
}

export type Op = (typeof OPS)[number]
/** Unsigned comparisons of the whole 64-bit register, though the kernel may then look at its low half only. */
export const OPS = [
  'SCMP_CMP_NE',
  'SCMP_CMP_LT',
  'SCMP_CMP_LE',
  'SCMP_CMP_EQ',
  'SCMP_CMP_GE',
  'SCMP_CMP_GT',
  'SCMP_CMP_MASKED_EQ',
] as const

export type Flag = keyof typeof FLAGS
/** Bits of seccomp(2)'s second argument. */
export const FLAGS = {
  SECCOMP_FILTER_FLAG_TSYNC: 1,
  SECCOMP_FILTER_FLAG_LOG: 2,
  SECCOMP_FILTER_FLAG_SPEC_ALLOW: 4,
} as const

/** The `flags` argument for seccomp(SECCOMP_SET_MODE_FILTER, flags, program). */
export function filterFlags(profile: Profile): number {
  return (profile.flags ?? []).reduce((bits, flag) => bits | FLAGS[flag], 0)
}
