import { isSince } from '../../host/at-least.ts'
import type { Host } from '../../host/host.ts'
import type { Box, IdMapping } from '../../spec/box.ts'
import { mapOwners } from '../idmap.ts'
import type { About, Command, Part, Step } from '../plan.ts'
import { data, run } from '../refs.ts'

export const about: About = {
  does: 'Gives the box user and group ids of its own: its root is an ordinary user outside. The owners of the root file system are mapped by the mount, not changed on disk.',
  kernel: 'unshare(2) CLONE_NEWUSER, /proc/PID/uid_map and gid_map; mount_setattr(2) MOUNT_ATTR_IDMAP',
  man: 'user_namespaces(7), mount_setattr(2)',
  without: "Root in the box would be the machine's root, held back by capabilities and filters alone.",
  docker: 'dockerd --userns-remap; podman --uidmap, --gidmap',
}

const holder = { ref: 'holder' } as const

export function hasUsers({ namespaces }: Box): boolean {
  return namespaces.user.mode !== 'host'
}

/** A process holds the namespace until the box is in it; the run directory becomes its root's, since PID 1 reads there. */
export function userNamespace(box: Box, host: Host): Step[] {
  if (!hasUsers(box)) return []
  return [
    {
      kind: 'user-namespace',
      title: 'Make or find the user namespace',
      why: 'userns_mode, uidMappings, gidMappings',
      where: 'host',
      run: [...hold(box), { call: 'own_users', args: [] }, ...directories(box, host)],
      undo: [],
    },
  ]
}

function hold({ namespaces }: Box): Command[] {
  const { user, uidMappings, gidMappings } = namespaces
  if (user.mode === 'private') {
    return [
      { call: 'hold_users', args: ['unshare', '--user', '--'] },
      { write: ['/proc/', holder, '/uid_map'], lines: uidMappings.map(line) },
      { write: ['/proc/', holder, '/gid_map'], lines: gidMappings.map(line) },
    ]
  }
  const join = (...file: readonly Part[]): Command => ({
    call: 'hold_users',
    args: ['nsenter', ['--user=', ...file], '--preserve-credentials', '--'],
  })
  if (user.mode === 'path') return [join(user.path)]
  const peer = user.mode === 'box' ? user.box : ''
  return [{ call: 'peer', args: [peer] }, join('/proc/', { ref: 'peer' }, '/ns/user')]
}

function line({ containerID, hostID, size }: IdMapping): string {
  return `${containerID} ${hostID} ${size}`
}

/** Overlay takes id-mapped layers from Linux 5.19 on. */
function mapsOwners(box: Box, host: Host): boolean {
  return hasUsers(box) && box.namespaces.mount.mode === 'private' && isSince(host, [5, 19])
}

export function mappedOwners(box: Box, host: Host): Step[] {
  if (!mapsOwners(box, host)) return []
  return [
    {
      kind: 'user-namespace',
      title: 'Map the owners of the root file system',
      why: 'uidMappings, gidMappings',
      where: 'furnish',
      run: [
        mapOwners('rootfs', { ref: 'lower' }, [run, '/lower'], host),
        { set: 'lower', to: [run, '/lower'] },
      ],
      undo: [],
    },
  ]
}

function directories(box: Box, host: Host): Command[] {
  return [
    ...(mapsOwners(box, host) ? [{ run: ['mkdir', [run, '/lower']] }] : []),
    ...(hasUsers(box) && box.namespaces.mount.mode === 'private'
      ? [{ run: ['chown', [{ ref: 'owner_uid' }, ':', { ref: 'owner_gid' }], [data, '/upper']] }]
      : []),
  ]
}
