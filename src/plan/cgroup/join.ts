import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import type { Command, Word } from '../plan.ts'
import { groupPath, hasLibcgroup, managed } from './groups.ts'

/** How the box's first process gets into its groups: writes that come first, and words before its own command. */
export function joinGroups(
  box: Box,
  host: Host,
): { readonly first: readonly Command[]; readonly exec: readonly Word[] } {
  const controllers = managed(box, host)
  if (hasLibcgroup(host) && controllers.length > 0) {
    // libcgroup knows no v2 tree without controllers; there the group serves cgroup.kill and the cgroup namespace.
    const first = host.cgroup.version === 'hybrid' ? v2Groups(box, host) : []
    return {
      first: first.map(move),
      exec: ['cgexec', '-g', `${controllers.join(',')}:${groupPath(box.name, host)}`],
    }
  }
  return { first: moveGroups(box, host), exec: [] }
}

/**
 * How a later process does. A move waits up to 14 ms for an RCU grace period (cgroup_procs_write_start in
 * kernel/cgroup/cgroup.c), cgexec's too; but not that of a thread that moves itself alone, `0` to `tasks` of v1, nor a process
 * that begins in a group of v2. The launcher finds at descriptor 9 the group to begin in; or the file to write to, since the root of
 * a user namespace may not do the former.
 */
export function enterGroups(box: Box, host: Host): Command[] {
  const moves = v1Groups(box, host).map(move)
  const { v2 } = host.cgroup
  if (v2 === null) return [...moves, { open: 9, to: '/dev/null' }]
  // Only systemd may move what it has put elsewhere: an ordinary user asks it.
  if (!host.root)
    return [
      { call: 'attach', args: [] },
      { open: 9, to: '/dev/null' },
    ]
  const group = `${v2}/${groupPath(box.name, host)}`
  if (box.namespaces.user.mode === 'host') return [...moves, { open: 9, from: group }]
  return [...moves, { call: 'hasten', args: [] }, { open: 9, to: `${group}/cgroup.procs` }]
}

/** How a shell does, with no descriptor of the group left over. */
export function moveGroups(box: Box, host: Host): Command[] {
  return [...v1Groups(box, host), ...v2Groups(box, host)].map(move)
}

/** Mount points that hold the controllers, and the v2 tree. */
export function treesWith(host: Host, controllers: readonly string[]): string[] {
  const { v2 } = host.cgroup
  return [...v1Trees(host, controllers), ...(v2 === null ? [] : [v2])]
}

/** Co-mounted controllers share one. */
function v1Trees({ cgroup }: Host, controllers: readonly string[]): string[] {
  return [...new Set(controllers.flatMap((controller) => cgroup.v1[controller] ?? []))]
}

function v1Groups(box: Box, host: Host): string[] {
  return v1Trees(host, managed(box, host)).map((tree) => `${tree}/${groupPath(box.name, host)}/tasks`)
}

function v2Groups(box: Box, host: Host): string[] {
  const { v2 } = host.cgroup
  return v2 === null ? [] : [`${v2}/${groupPath(box.name, host)}/cgroup.procs`]
}

function move(file: string): Command {
  return { write: file, lines: ['0'] }
}
