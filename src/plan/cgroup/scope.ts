import type { Command } from '../plan.ts'
import type { Limit } from './limits.ts'

/** Shares are what a group gets beside its siblings: those of the box are in the scope's parent, so systemd sets them on the scope itself. */
const properties: Readonly<Record<string, string>> = {
  'cpu.weight': 'CPUWeight',
  'io.weight': 'IOWeight',
  'io.bfq.weight': 'IOWeight',
}

export function isShare({ file }: Limit): boolean {
  return file in properties
}

/** How many properties, and each in busctl's words: name, type, value. Types: org.freedesktop.systemd1(5). */
export function makeScope(wanted: readonly Limit[]): Command {
  const shares = wanted.filter(isShare)
  const words = shares.flatMap(({ file, value, device }) => {
    const name = `${properties[file]}`
    const weight = value.trim()
    return device === undefined ? [name, 't', weight] : ['IODeviceWeight', 'a(st)', '1', device, weight]
  })
  return { call: 'make_scope', args: [`${shares.length}`, ...words] }
}
