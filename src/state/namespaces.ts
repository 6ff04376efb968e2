import type { Places } from './places.ts'
import { list, readLink } from './read-text.ts'

/** Inode numbers of a process's namespaces by kind, as lsns(8) shows them. */
export function namespacesOf(pid: number, { proc }: Pick<Places, 'proc'>): Readonly<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const kind of list(`${proc}/${pid}/ns`)) {
    const inode = /\[(\d+)\]$/.exec(readLink(`${proc}/${pid}/ns/${kind}`) ?? '')?.[1]
    if (inode !== undefined && !kind.endsWith('_for_children')) found[kind] = Number(inode)
  }
  return found
}
