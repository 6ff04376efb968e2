import { isSince } from './at-least.ts'
import type { Finding } from './doctor.ts'
import type { Host, IdRange } from './host.ts'
import { type DEVICES, moreIds, openLock, uselessness } from './ordinary.ts'
import { packageOf } from './packages.ts'

/** What an ordinary user needs of the machine for boxes of their own; root needs none of it. */
export const userChecks = (host: Host): readonly Finding[] => {
  if (host.root) return []
  const { user, filesystems } = host
  return [
    row('user', user.uid !== 0, {
      found: user.uid === 0 ? 'the root of a user namespace' : `${user.name}, ${user.uid}`,
      cost: none,
      remedy: 'run boxes outside of it, as root or as an ordinary user',
    }),
    row('user namespaces allowed', host.namespaces.includes('user') && user.locks.length === 0, {
      found: user.locks.length === 0 ? '' : `shut by ${user.locks.join(', ')}`,
      cost: none,
      remedy:
        user.locks.length === 0 ? 'a kernel with CONFIG_USER_NS' : user.locks.map(openLock).join('; and '),
    }),
    tool(host, 'newuidmap', none),
    tool(host, 'newgidmap', none),
    ids('/etc/subuid', user.subuids, host),
    ids('/etc/subgid', user.subgids, host),
    row('overlay by a user', isSince(host, [5, 11]) && filesystems.includes('overlay'), {
      cost: 'the kernel lays no writable layer over a directory or an image',
      fallback: uselessness(host, 'fuse-overlayfs')
        ? 'each box has a copy of its root file system'
        : 'fuse-overlayfs',
      remedy: 'Linux 5.11 or newer, with overlay',
    }),
    opener(host, 'fuse-overlayfs', 'rootfs: host is refused'),
    opener(host, 'pasta', 'network_mode: pasta is refused'),
    opener(host, 'slirp4netns', 'network_mode: slirp4netns is refused'),
    row('XDG_RUNTIME_DIR', user.runRoot !== `/tmp/boxes-${user.uid}`, {
      found: user.runRoot,
      cost: 'no directory that goes when the user logs out',
      fallback: 'what runs is written down in /tmp, for this user alone',
      remedy: 'log in through systemd-logind, which makes /run/user/UID',
    }),
  ]
}

const none = 'no box can start'

const row = (
  what: string,
  ok: boolean,
  rest: Pick<Finding, 'cost' | 'remedy'> & Partial<Finding>,
): Finding => ({ group: 'user', what, ok, found: '', fallback: '', package: '', ...rest })

const tool = (host: Host, name: string, cost: string): Finding =>
  row(name, name in host.tools, {
    found: host.tools[name]?.path ?? '',
    cost,
    package: packageOf(host, name),
    remedy: '',
  })

/** A tool that opens a device. */
const opener = (host: Host, name: keyof typeof DEVICES, cost: string): Finding => {
  const found = host.tools[name]?.path
  if (found === undefined) return tool(host, name, cost)
  const useless = uselessness(host, name)
  return row(name, useless === null, {
    found: useless === null ? found : `${found}, but ${useless.why}`,
    cost,
    remedy: useless?.remedy ?? '',
  })
}

const ids = (file: string, ranges: readonly IdRange[], { user }: Host): Finding =>
  row(file, ranges.length > 0, {
    found: ranges.map(([first, count]) => `${first}-${first + count - 1}`).join(', '),
    cost: `${none}: there are no ids for ${user.name}`,
    remedy: moreIds(user),
  })
