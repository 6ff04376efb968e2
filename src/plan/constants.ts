import type { Host } from '../host/host.ts'
import type { Box } from '../spec/box.ts'
import { groups } from './cgroup/groups.ts'
import { sharesMounts } from './steps/overlay.ts'

/** What the frame needs to know of a box: shell variables at the program's top. Values are plain text. */
export function constants(box: Box, host: Host): Record<string, string> {
  const { paths, namespaces, process } = box
  return {
    name: box.name,
    run_root: paths.runRoot,
    run: paths.run,
    data_root: paths.dataRoot,
    data: paths.data,
    roots: paths.roots,
    machine: host.arch,
    cgroups: groups(box.name, host).join(' '),
    own_root: namespaces.mount.mode === 'private' ? 'yes' : 'no',
    launcher: box.launcher,
    pid_namespace: namespaces.pid.mode,
    propagation: sharesMounts(box) ? 'unchanged' : 'slave',
    tty: process.tty ? 'yes' : 'no',
    stop_signal: signalWord(process.stopSignal),
    grace: `${Math.round(process.stopGracePeriod * 100)}`,
    log_bytes: `${10 * 1024 * 1024}`,
  }
}

/** Shells know the classic names; real-time signals go by number (signal(7): SIGRTMIN is 34 with glibc and 35 with musl). */
function signalWord(name: string): string {
  const real = /^RT(MIN|MAX)([+-]\d+)?$/.exec(name)
  if (!real) return name
  return `${(real[1] === 'MIN' ? 34 : 64) + Number(real[2] ?? 0)}`
}
