import type { Finding } from './doctor.ts'
import type { Host } from './host.ts'

/** Kernel features and what the caller may. */
export const kernelChecks = (host: Host): readonly Finding[] => [
  ...NAMESPACES.map(([kind, name, cost]) =>
    row(`${name} namespaces`, host.namespaces.includes(kind), {
      cost,
      remedy: `a kernel with CONFIG_${kind === 'mnt' ? 'NAMESPACES' : `${kind.toUpperCase()}_NS`}`,
    }),
  ),
  row('overlay', host.filesystems.includes('overlay'), {
    cost: 'no writable layer over an image or a directory',
    fallback: '',
    remedy: 'modprobe overlay, or a kernel with CONFIG_OVERLAY_FS',
  }),
  row('mqueue', host.filesystems.includes('mqueue'), {
    cost: 'no POSIX message queues: /dev/mqueue is missing in boxes',
    fallback: 'boxes without /dev/mqueue',
    remedy: 'a kernel with CONFIG_POSIX_MQUEUE',
  }),
  row('seccomp', host.seccomp, {
    cost: 'no filter of system calls: only seccomp=unconfined boxes start',
    remedy: 'a kernel with CONFIG_SECCOMP_FILTER',
  }),
  row('Landlock', host.lsm.includes('landlock'), {
    cost: 'landlock is refused',
    remedy:
      'a kernel with CONFIG_SECURITY_LANDLOCK and landlock in CONFIG_LSM; mount -t securityfs none /sys/kernel/security shows it',
  }),
  row('CAP_SYS_RESOURCE', host.capabilities.includes('CAP_SYS_RESOURCE'), {
    cost: 'ulimits cannot be raised above the hard limits of the caller',
    fallback: 'the hard limits of the caller are the highest',
    remedy: 'raise them where boxes is started (ulimit -H, LimitNOFILE=)',
  }),
]

const row = (
  what: string,
  ok: boolean,
  rest: { readonly cost: string; readonly fallback?: string; readonly remedy: string },
): Finding => ({ group: 'kernel', what, ok, found: '', fallback: '', package: '', ...rest })

const NAMESPACES: readonly (readonly [kind: string, name: string, cost: string])[] = [
  ['mnt', 'mount', 'no box can start'],
  ['pid', 'PID', 'no box can start'],
  ['net', 'network', 'only network_mode: host'],
  ['ipc', 'IPC', 'only ipc: host'],
  ['uts', 'UTS', 'only uts: host, no hostname of its own'],
  ['cgroup', 'cgroup', 'only cgroup: host'],
  ['time', 'time', 'no timeOffsets; the uptime of a box is that of the host'],
  ['user', 'user', 'no uidMappings, and no boxes of ordinary users'],
]
