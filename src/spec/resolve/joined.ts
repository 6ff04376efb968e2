import type { Namespaces } from '../box.ts'
import type { Context } from './context.ts'
import { isOfOne } from './processes.ts'

const fields = {
  mount: 'mount',
  pid: 'pid',
  network: 'network_mode',
  ipc: 'ipc',
  uts: 'uts',
  cgroup: 'cgroup',
  time: 'time',
} as const

/**
 * Who joins a namespace needs CAP_SYS_ADMIN in the user namespace that it belongs to (setns(2)): an ordinary user has that in the one of the
 * box only. What belongs to one that is joined by its path nobody knows, and setns(2) will say.
 */
export function checkJoined({ host, error }: Context, namespaces: Namespaces): void {
  if (host.root) return
  const { mount, user } = namespaces
  if (mount.mode === 'host')
    error(
      ['mount'],
      'unsupported',
      "the host's mount namespace belongs to root, and no box of an ordinary user gets in",
      'remove it and name a rootfs, or run boxes as root',
    )
  for (const kind of Object.keys(fields) as (keyof typeof fields)[]) {
    const joined = namespaces[kind]
    if (joined.mode !== 'box' || user.mode === 'path') continue
    if (isOfOne(joined, user)) continue
    // Its /proc says so already.
    if (kind === 'pid' && mount.mode === 'private') continue
    error(
      [fields[kind]],
      'conflict',
      `the namespace belongs to the user namespace of ${joined.box}, where this box has no rights`,
      `join that, too: \`userns_mode: box:${joined.box}\``,
    )
  }
}
