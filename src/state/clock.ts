import type { Places } from './places.ts'
import { readText } from './read-text.ts'

/** Seconds since a process began, by the clock that no `date -s` moves. */
export function secondsSince(ticks: number, { proc }: Pick<Places, 'proc'>): number {
  const uptime = Number((readText(`${proc}/uptime`) ?? '0').split(' ')[0])
  return Math.max(0, uptime - ticks / ticksPerSecond)
}

/** When a process began, as the date's clock has it now (`btime` moves along with it). */
export function startedAt(ticks: number, { proc }: Pick<Places, 'proc'>): string | null {
  const boot = /^btime (\d+)$/m.exec(readText(`${proc}/stat`) ?? '')?.[1]
  return boot === undefined ? null : new Date(1000 * (Number(boot) + ticks / ticksPerSecond)).toISOString()
}

/** A time span as `ps` shows it: its two largest units. */
export function span(seconds: number): string {
  const parts = units.map(([unit, size], index) => {
    const larger = units[index - 1]?.[1] ?? Number.POSITIVE_INFINITY
    return { unit, count: Math.floor((seconds % larger) / size) }
  })
  const first = parts.findIndex(({ count }) => count > 0)
  if (first < 0) return '0s'
  const shown = parts.slice(first, first + 2).filter(({ count }) => count > 0)
  return shown.map(({ unit, count }) => `${count}${unit}`).join(' ')
}

/** USER_HZ: 100 on every architecture that boxes knows. */
const ticksPerSecond = 100

const units = [
  ['d', 86400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const
