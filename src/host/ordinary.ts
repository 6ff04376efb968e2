import type { CgroupFacts, Host, UserFacts } from './host.ts'
import { installer, packageOf } from './packages.ts'

// What an ordinary user may ask the administrator for, in the words of `doctor` and of the errors and notes of a spec.

/** Opens what a line of `locks` says is shut. */
export function openLock(lock: string): string {
  const [key = ''] = lock.split('=')
  if (key === 'kernel.apparmor_restrict_unprivileged_userns')
    return `an AppArmor profile for /usr/bin/perl with flags=(unconfined) and the rule userns, or sysctl -w ${key}=0`
  return `sysctl -w ${key}=${key.startsWith('user.') ? 15000 : 1}, to stay in /etc/sysctl.d`
}

/** What tools open on behalf of the caller; the kernel loads its module then. */
export const DEVICES = {
  'fuse-overlayfs': '/dev/fuse',
  pasta: '/dev/net/tun',
  slirp4netns: '/dev/net/tun',
} as const

/** Why such a tool is of no use to an ordinary user, and what would mend it; null when it works. */
export function uselessness(
  host: Host,
  tool: keyof typeof DEVICES,
): { readonly why: string; readonly remedy: string } | null {
  if (!(tool in host.tools))
    return { why: `${tool} is not there`, remedy: `${installer(host)} ${packageOf(host, tool)}` }
  const device = DEVICES[tool]
  if (host.user.devices.includes(device)) return null
  const module = device.replace(/.*\//, '')
  return {
    why: `${host.user.name} may not open ${device}`,
    remedy: `as root: modprobe ${module}; chmod 666 ${device}`,
  }
}

/** Ids for boxes, subuid(5). */
export function moreIds({ name }: Pick<UserFacts, 'name'>): string {
  return `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${name}`
}

/** A control group of one's own, systemd.resource-control(5). */
export function delegation({ v2 }: Pick<CgroupFacts, 'v2'>): string {
  const edit =
    '`sudo systemctl edit user@.service`, with the lines [Service] and Delegate=cpu cpuset io memory pids'
  return v2 === null
    ? `log in through systemd-logind on a machine with cgroup v2 (or loginctl enable-linger); for cpu, cpuset and io also ${edit}`
    : `${edit}; then log in again`
}
