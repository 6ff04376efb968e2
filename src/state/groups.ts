import { existsSync } from 'node:fs'
import { readText } from './read-text.ts'

/** Of the directories that a box's control groups may have those that are there. */
export const presentGroups = (groups: readonly string[]): readonly string[] => groups.filter(existsSync)

/**
 * Whether the kernel killed a process of the box for want of memory. memory.events of v2, memory.oom_control of v1
 * (since Linux 4.13); null when no group is left to ask.
 */
export function oomKilled(groups: readonly string[]): boolean | null {
  const texts = groups.flatMap((group) =>
    ['memory.events', 'memory.oom_control'].map((file) => readText(`${group}/${file}`)),
  )
  const counts = texts.flatMap((text) => /^oom_kill (\d+)$/m.exec(text ?? '')?.[1] ?? [])
  return counts.length === 0 ? null : counts.some((count) => count !== '0')
}
