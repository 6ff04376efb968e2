import { existsSync } from 'node:fs'
import { readText } from './read-text.ts'

/** Of the directories that a box's control groups may have those that are there. */
export const presentGroups = (groups: readonly string[]): readonly string[] => groups.filter(existsSync)

/**
 * Whether the kernel killed a process of the box for want of memory. memory.events of v2, memory.oom_control of v1
 * (since Linux 4.13); the exit file, where the group goes with its last process; null when nobody is left to ask.
 */
export function oomKilled(groups: readonly string[], exit: string): boolean | null {
  const files = groups.flatMap((group) => [`${group}/memory.events`, `${group}/memory.oom_control`])
  const texts = [...files, exit].map(readText)
  const counts = texts.flatMap((text) => /^oom_kill (\d+)$/m.exec(text ?? '')?.[1] ?? [])
  return counts.length === 0 ? null : counts.some((count) => count !== '0')
}
