import type { Host, Tool } from './host.ts'

/** True when the tool is there and its version is this or later; false for busybox applets and unknown versions. */
export const atLeast = (tool: Tool | undefined, wanted: string): boolean => {
  if (tool === undefined || !/^\d/.test(tool.version)) return false
  const have = numbers(tool.version)
  const want = numbers(wanted)
  for (const [place, number] of want.entries())
    if ((have[place] ?? 0) !== number) return (have[place] ?? 0) > number
  return true
}

/** True when the kernel is of this release or a later one. */
export const isSince = ({ kernel: [major, minor] }: Host, [from, and]: readonly [number, number]): boolean =>
  major > from || (major === from && minor >= and)

/** An applet of busybox knows few of the options that the tool of its name has. */
export const isApplet = (tool: Tool): boolean => tool.version === 'busybox'

/** Other tars follow links out of the tree. */
export const isGnuTar = (tool: Tool): boolean => /^\d/.test(tool.version)

/** `2.41-rc1` counts as 2.41. */
const numbers = (version: string): readonly number[] => version.replace(/-.*$/, '').split('.').map(Number)
