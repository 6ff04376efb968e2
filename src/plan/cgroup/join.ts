import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import type { Command, Word } from '../plan.ts'
import { groupPath, hasLibcgroup, managed } from './groups.ts'

/** How a process gets into the box's groups: writes that come first, and words before its own command. */
export function joinGroups(
  box: Box,
  host: Host,
): { readonly first: readonly Command[]; readonly exec: readonly Word[] } {
  const { cgroup } = host
  const controllers = managed(box, host)
  const self = (tree: string): Command => ({ write: `${tree}/boxes/${box.name}/cgroup.procs`, lines: ['0'] })
  if (hasLibcgroup(host) && controllers.length > 0) {
    // libcgroup knows no v2 tree without controllers; there the group serves cgroup.kill and the cgroup namespace.
    const first = cgroup.version === 'hybrid' && cgroup.v2 !== null ? [self(cgroup.v2)] : []
    return { first, exec: ['cgexec', '-g', `${controllers.join(',')}:${groupPath(box.name)}`] }
  }
  return { first: trees(host, controllers).map(self), exec: [] }
}

/** Mount points that hold the controllers, and the v2 tree. */
export function trees({ cgroup }: Host, controllers: readonly string[]): string[] {
  const mounts = controllers.flatMap((controller) => cgroup.v1[controller] ?? [])
  if (cgroup.v2 !== null) mounts.push(cgroup.v2)
  return [...new Set(mounts)]
}
