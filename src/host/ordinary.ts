import type { CgroupFacts, UserFacts } from './host.ts'

// What an ordinary user may ask the administrator for, in the words of `doctor` and of the errors and notes of a spec.

/** Opens what a line of `locks` says is shut. */
export function openLock(lock: string): string {
  const [key = ''] = lock.split('=')
  if (key === 'kernel.apparmor_restrict_unprivileged_userns')
    return `an AppArmor profile for /usr/bin/perl with flags=(unconfined) and the rule userns, or sysctl -w ${key}=0`
  return `sysctl -w ${key}=${key.startsWith('user.') ? 15000 : 1}, to stay in /etc/sysctl.d`
}

/** Ids for boxes, subuid(5). */
export function moreIds({ name }: Pick<UserFacts, 'name'>): string {
  return `usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${name}`
}

/** A control group of one's own, systemd.resource-control(5). */
export function delegation({ v2 }: Pick<CgroupFacts, 'v2'>): string {
  const edit = 'systemctl edit user@.service: [Service] Delegate=cpu cpuset io memory pids'
  return v2 === null
    ? `log in through systemd-logind on a machine with cgroup v2 (or loginctl enable-linger), and for cpu, cpuset and io ${edit}`
    : `${edit}; then log in again`
}
