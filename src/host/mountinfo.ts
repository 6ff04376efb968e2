import type { World } from './world.ts'

export interface Mount {
  readonly point: string
  readonly type: string
  /** Options of the superblock: for cgroup v1 the controllers are among them. */
  readonly options: readonly string[]
}

/** The caller's mounts, in the order they were made. Format: proc_pid_mountinfo(5). */
export const readMounts = (world: World): readonly Mount[] =>
  (world.read('/proc/self/mountinfo') ?? '').split('\n').flatMap((line) => {
    const [left, right] = line.split(' - ')
    const point = left?.split(' ')[4]
    const [type, , options] = right?.split(' ') ?? []
    if (!point || !type) return []
    return [{ point: decode(point), type, options: options?.split(',') ?? [] }]
  })

/** Blank, tab, newline and backslash stand as octal: `\040`. */
const decode = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
