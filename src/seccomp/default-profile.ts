import { ENOSYS, EPERM } from './actions.ts'
import { AF, CLONE_NEW_ANY, EINVAL, IOCTL, LOW_HALF, NETLINK_AUDIT, PERSONALITIES } from './constants.ts'
import { EVERYDAY } from './everyday-calls.ts'
import type { Arg, Profile, Rule } from './profile.ts'

/**
 * What a box may ask of the kernel when its spec says nothing: docker's default (moby/profiles, June 2026), for 64-bit
 * calls, stricter in these points:
 * - TIOCSTI and TIOCLINUX are denied: they type into the terminal that the box was given (CVE-2017-5226, CVE-2023-28100).
 * - They and the socket families are compared in their low 32 bits, for that is all the kernel reads. Docker compares
 *   64, so `socket(AF_ALG + 2**32, …)` passes its rule (the class of CVE-2019-10063).
 * - From podman: an audit socket without CAP_AUDIT_WRITE is EINVAL, which sudo and login take for "no audit".
 */
export const defaultProfile: Profile = {
  defaultAction: 'SCMP_ACT_ERRNO',
  defaultErrnoRet: EPERM,
  syscalls: [
    allow(EVERYDAY),
    ...[IOCTL.TIOCSTI, IOCTL.TIOCLINUX].map((command) => deny('ioctl', EPERM, [low(1, command)])),
    ...[AF.ALG, AF.VSOCK].map((family) => deny('socket', EPERM, [low(0, family)])),
    {
      ...deny('socket', EINVAL, [low(0, AF.NETLINK), low(2, NETLINK_AUDIT)]),
      excludes: { caps: ['CAP_AUDIT_WRITE'] },
    },
    ...PERSONALITIES.map((value) => ({
      ...allow('personality'),
      args: [{ index: 0, value, op: 'SCMP_CMP_EQ' } as const],
    })),
    { ...allow('arch_prctl modify_ldt'), includes: { arches: ['amd64'] } },
    // Before 4.8 ptrace could change a call after the filter had seen it.
    { ...allow('process_vm_readv process_vm_writev ptrace'), includes: { minKernel: '4.8' } },
    {
      ...allow('clone'),
      args: [{ index: 0, value: CLONE_NEW_ANY, valueTwo: 0, op: 'SCMP_CMP_MASKED_EQ' }],
      excludes: { caps: ['CAP_SYS_ADMIN'] },
    },
    // Its flags lie in memory, out of a filter's sight; ENOSYS makes the C library take clone.
    { ...deny('clone3', ENOSYS), excludes: { caps: ['CAP_SYS_ADMIN'] } },
    withCap(
      'CAP_SYS_ADMIN',
      'bpf clone clone3 fanotify_init lookup_dcookie perf_event_open quotactl quotactl_fd',
    ),
    withCap(
      'CAP_SYS_ADMIN',
      'fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree umount2',
    ),
    withCap('CAP_SYS_ADMIN', 'setdomainname sethostname setns syslog unshare'),
    withCap('CAP_SYS_ADMIN', 'lsm_get_self_attr lsm_list_modules lsm_set_self_attr'),
    withCap('CAP_BPF', 'bpf'),
    withCap('CAP_DAC_READ_SEARCH', 'open_by_handle_at'),
    withCap('CAP_PERFMON', 'perf_event_open'),
    withCap('CAP_SYSLOG', 'syslog'),
    withCap('CAP_SYS_BOOT', 'reboot'),
    withCap('CAP_SYS_CHROOT', 'chroot'),
    withCap('CAP_SYS_MODULE', 'delete_module finit_module init_module'),
    withCap('CAP_SYS_NICE', 'get_mempolicy mbind set_mempolicy set_mempolicy_home_node'),
    withCap('CAP_SYS_PACCT', 'acct'),
    withCap('CAP_SYS_PTRACE', 'kcmp pidfd_getfd process_madvise process_vm_readv process_vm_writev ptrace'),
    withCap('CAP_SYS_RAWIO', 'ioperm iopl'),
    withCap('CAP_SYS_TIME', 'clock_settime settimeofday'),
    withCap('CAP_SYS_TTY_CONFIG', 'vhangup'),
  ],
}

function allow(names: string): Rule {
  return { names: names.trim().split(/\s+/), action: 'SCMP_ACT_ALLOW' }
}

function deny(name: string, errnoRet: number, args: readonly Arg[] = []): Rule {
  return { names: [name], action: 'SCMP_ACT_ERRNO', errnoRet, args }
}

function withCap(cap: string, names: string): Rule {
  return { ...allow(names), includes: { caps: [cap] } }
}

/** Equal in the 32 bits that the kernel reads of an int argument. */
function low(index: number, value: number): Arg {
  return { index, value: LOW_HALF, valueTwo: value, op: 'SCMP_CMP_MASKED_EQ' }
}
