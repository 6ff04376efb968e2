/** One `struct sock_filter` (linux/filter.h); `k` is unsigned 32 bits, `jt` and `jf` count instructions to skip. */
export interface Instruction {
  readonly code: number
  readonly jt: number
  readonly jf: number
  readonly k: number
  readonly comment?: string
}

/** A classic BPF program for seccomp(2). */
export type Filter = readonly Instruction[]

/**
 * The few codes that are needed. The kernel (5.11 and later) finds out by itself which calls a filter always allows,
 * and no longer runs it for them, if only these are met on the way: seccomp_is_const_allow() in kernel/seccomp.c.
 */
export const CODE = {
  /** BPF_LD | BPF_W | BPF_ABS */
  load: 0x20,
  /** BPF_ALU | BPF_AND | BPF_K */
  and: 0x54,
  /** BPF_JMP | BPF_JA | BPF_K */
  skip: 0x05,
  /** BPF_JMP | BPF_JEQ | BPF_K */
  equal: 0x15,
  /** BPF_JMP | BPF_JGT | BPF_K, unsigned */
  above: 0x25,
  /** BPF_JMP | BPF_JGE | BPF_K, unsigned */
  atLeast: 0x35,
  /** BPF_RET | BPF_K */
  give: 0x06,
} as const

/** Byte offsets in `struct seccomp_data` (linux/seccomp.h); arguments are 64 bits, low half first on our machines. */
export const DATA = {
  nr: 0,
  arch: 4,
  low: (index: number) => 16 + 8 * index,
  high: (index: number) => 20 + 8 * index,
} as const

/** BPF_MAXINSNS */
export const MAX_INSTRUCTIONS = 4096
/** The reach of `jt` and `jf`. */
export const MAX_JUMP = 255
