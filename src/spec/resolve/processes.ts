import type { Namespace, Namespaces } from '../box.ts'
import type { Context } from './context.ts'

/**
 * Who is in a user namespace can mount /proc for the pid namespaces of that user namespace only. Of another one there is no /proc to
 * be had: that of the host would show the host's processes.
 */
export function checkProcesses({ host, error, note }: Context, { mount, pid, user }: Namespaces): void {
  if (pid.mode !== 'private' && host.cgroup.version === 'none')
    note('pid: what the command leaves running outlives the box: there is no control group that names it')
  if (mount.mode !== 'private' || user.mode === 'host' || pid.mode === 'private' || pid.mode === 'host')
    return
  if (isOfOne(pid, user)) return
  error(
    ['pid'],
    'conflict',
    'the /proc of that pid namespace can be mounted in its own user namespace only',
    `join that, too: \`userns_mode: ${pid.mode === 'box' ? `box:${pid.box}` : '/path'}\``,
  )
}

/** Both from one box; of paths nobody knows, and mount(2) will say. */
export function isOfOne(one: Namespace, other: Namespace): boolean {
  if (one.mode === 'box') return other.mode === 'box' && one.box === other.box
  return one.mode === other.mode
}
