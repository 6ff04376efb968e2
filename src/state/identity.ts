import type { Places } from './places.ts'
import { readText } from './read-text.ts'

/** A live process: its pid, and when it began in clock ticks since boot. */
export interface Living {
  readonly pid: number
  readonly started: number
}

/**
 * The process that a record (`PID STARTTIME BOOTID`) names, when it still is that very process and no zombie.
 * A bare pid may be a stranger's by now; pid, start time and boot together may not.
 */
export function living(record: string | null, { proc }: Pick<Places, 'proc'>): Living | null {
  const [pid = '', started = '', boot = ''] = (record ?? '').trim().split(' ')
  if (!/^[1-9]\d*$/.test(pid) || boot === '' || boot !== bootId(proc)) return null
  const now = startTime(readText(`${proc}/${pid}/stat`))
  return now === null || `${now}` !== started ? null : { pid: Number(pid), started: now }
}

const bootId = (proc: string): string => (readText(`${proc}/sys/kernel/random/boot_id`) ?? '').trim()

/** Field 22 of /proc/PID/stat, counted after the last `)`: a process may put blanks and `)` in its name. */
function startTime(stat: string | null): number | null {
  if (stat === null) return null
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' || state === 'X' ? null : Number(fields[18])
}
