import type { Command, Word } from './plan.ts'

/** Variables of the program's frame, as typed references. */
export const run = { ref: 'run' } as const
export const data = { ref: 'data' } as const
export const roots = { ref: 'roots' } as const
export const self = { ref: 'self' } as const
/** Pid of the furnisher, in the box's mount namespace. */
export const furnisher = { ref: 'furnisher' } as const

/** The user namespace of the box, kept by a process until the box is in it: for nsenter, mount and the launcher's helpers. */
export const userNamespaceFile = ['/proc/', { ref: 'holder' }, '/ns/user'] as const
/** Its network namespace, where the same process keeps one. */
export const networkNamespaceFile = ['/proc/', { ref: 'holder' }, '/ns/net'] as const

export const fstabFile: Word = [run, '/fstab']

/** Appends lines to the box's fstab, which `mounts` mounts in one process. fstab(5) wants its blanks escaped. */
export function fstab(...entries: readonly FstabEntry[]): Command {
  return { write: fstabFile, append: true, lines: entries.map(fstabLine) }
}

export interface FstabEntry {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: readonly string[]
}

function fstabLine({ source, target, type, options }: FstabEntry): string {
  return [source, target, type, options.join(','), '0', '0'].map(octal).join(' ')
}

function octal(field: string): string {
  return field.replace(/[\s\\#]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
