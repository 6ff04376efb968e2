/** The value a filter returns for an action. `errno` is EPERM when absent, and counts for ERRNO and TRACE only. */
export function returnValue(action: Action, errno = EPERM): number {
  return ACTIONS[action] + (takesErrno(action) ? errno : 0)
}

export function takesErrno(action: Action): boolean {
  return action === 'SCMP_ACT_ERRNO' || action === 'SCMP_ACT_TRACE'
}

/** True for what lets a call pass, or may: a good tracer answers ENOSYS itself. */
export function isPermissive(action: Action): boolean {
  return ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_TRACE'].includes(action)
}

/** Lower is stricter. The kernel's own order over several filters: the action part as a signed number. */
export function strictness(value: number): number {
  return (value & 0xffff0000) | 0
}

/** `ERRNO 1`, `ALLOW`: for people. */
export function describeReturn(value: number): string {
  const action = Object.entries(ACTIONS).findLast(([, bits]) => bits === (value & 0xffff0000) >>> 0)
  const name = (action?.[0] ?? String(value)).replace('SCMP_ACT_', '')
  return value & 0xffff ? `${name} ${value & 0xffff}` : name
}

export type Action = keyof typeof ACTIONS

/**
 * SECCOMP_RET_… of linux/seccomp.h. NOTIFY is missing on purpose: it wants a process that answers for as long as the box
 * runs, and boxes leaves none. KILL ends one thread, as in libseccomp, and may leave a program half dead.
 */
export const ACTIONS = {
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_KILL: 0x00000000,
  SCMP_ACT_KILL_THREAD: 0x00000000,
  SCMP_ACT_TRAP: 0x00030000,
  SCMP_ACT_ERRNO: 0x00050000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
} as const

export const EPERM = 1
export const ENOSYS = 38
/** The kernel turns a higher one into this. */
export const MAX_ERRNO = 4095
