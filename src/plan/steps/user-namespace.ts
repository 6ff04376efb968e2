import { isSince } from '../../host/at-least.ts'
import type { Host } from '../../host/host.ts'
import type { Box, IdMapping } from '../../spec/box.ts'
import { mapOwners } from '../idmap.ts'
import type { About, Command, Part, Step } from '../plan.ts'
import { data, run } from '../refs.ts'
import { isConnected } from './network.ts'

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

const why = 'userns_mode, uidMappings, gidMappings'

/** A process holds the namespace until the box is in it. */
export function userNamespace(box: Box, host: Host): Step[] {
  if (!hasUsers(box)) return []
  return [
    {
      kind: 'user-namespace',
      title: 'Make or find the user namespace',
      why,
      where: 'host',
      run: hold(box, host),
      undo: [],
    },
  ]
}

/** What PID 1 reads becomes that of its root. An ordinary user gives nothing away: the box's root has it all, since it maps them. */
export function ownFiles(box: Box, host: Host): Step[] {
  if (!hasUsers(box)) return []
  const run = host.root ? [{ call: 'own_users', args: [] }, ...directories(box, host)] : ownUpper(box, host)
  if (run.length === 0) return []
  return [
    {
      kind: 'user-namespace',
      title: "Give the box's root what is its own",
      why,
      where: 'host',
      run,
      undo: [],
    },
  ]
}

function hold(box: Box, host: Host): Command[] {
  const { namespaces } = box
  const { user, uidMappings, gidMappings } = namespaces
  const network = isConnected(box) ? ['unshare', '--net', '--'] : []
  if (user.mode === 'private') {
    if (!host.root) {
      const words = (mappings: readonly IdMapping[]) => mappings.map(line).join(' ')
      return [
        {
          call: 'hold_users',
          args: ['become_users', 'map', words(uidMappings), words(gidMappings), ...network],
        },
      ]
    }
    return [
      { call: 'hold_users', args: ['unshare', '--user', '--'] },
      { write: ['/proc/', holder, '/uid_map'], lines: uidMappings.map(line) },
      { write: ['/proc/', holder, '/gid_map'], lines: gidMappings.map(line) },
    ]
  }
  const join = (...file: readonly Part[]): Command => ({
    call: 'hold_users',
    args: ['nsenter', ['--user=', ...file], '--preserve-credentials', '--', ...network],
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
  return host.root && hasUsers(box) && box.namespaces.mount.mode === 'private' && isSince(host, [5, 19])
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

/** Where the box's root is another than its user. */
function ownUpper({ namespaces }: Box, { user }: Host): Command[] {
  const isOwn = ({ containerID, hostID }: IdMapping) => containerID === 0 && hostID === user.uid
  if (namespaces.mount.mode !== 'private' || namespaces.uidMappings.some(isOwn)) return []
  return [{ call: 'as_root', args: ['chown', '0:0', [data, '/upper']] }]
}
