import { atLeast } from '../host/at-least.ts'
import type { Host } from '../host/host.ts'
import type { Command, Word } from './plan.ts'
import { userNamespaceFile } from './refs.ts'

/**
 * Shows `source`, without what is mounted below it, at `target`: a file's owner N on disk is N in the box's user namespace.
 * By mount(8), from util-linux 2.39 on; else by perl, which makes the same system calls.
 */
export function mapOwners(what: string, source: Word, target: Word, host: Host): Command {
  const way: Word[] = atLeast(host.tools.mount, '2.39')
    ? ['mount', '--bind', '-o', ['X-mount.idmap=', ...userNamespaceFile], source, target]
    : ['users', 'idmap', userNamespaceFile, source, target]
  return { call: 'mapped', args: [what, ...way] }
}
