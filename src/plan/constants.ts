import type { Host, IdRange } from '../host/host.ts'
import { inOrder } from '../host/ids-in-order.ts'
import type { Box } from '../spec/box.ts'
import { groups, scopeOf, scopePath, trees } from './cgroup/groups.ts'
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
    caller: `${host.user.uid}`,
    ...(host.root ? {} : ownIds(host)),
    trees: trees(host).join(' '),
    cgroups: groups(box.name, host).join(' '),
    ...besideGroups(box, host),
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

/** Groups that go with those of the box: the parent of all boxes, if it is empty; or the other leaf of the scope. */
function besideGroups({ name }: Box, host: Host): Record<string, string> {
  const all = trees(host)
  if (host.cgroup.manager === null) return { beside: '', above: all.map((tree) => `${tree}/boxes`).join(' ') }
  return {
    beside: `${all[0]}/${scopePath(name)}/log`,
    above: '',
    scope: scopeOf(name),
    bus: host.root ? '--system' : '--user',
  }
}

/** All ids of an ordinary user, as newuidmap(1) takes them: who maps these may remove any file that a box has left. */
function ownIds({ user }: Host): Record<string, string> {
  const map = (own: number, ranges: readonly IdRange[]) =>
    inOrder([[own, 1], ...ranges])
      .flatMap(({ containerID, hostID, size }) => [containerID, hostID, size])
      .join(' ')
  return { uid_map: map(user.uid, user.subuids), gid_map: map(user.gid, user.subgids) }
}

/** Shells know the classic names; real-time signals go by number (signal(7): SIGRTMIN is 34 with glibc and 35 with musl). */
function signalWord(name: string): string {
  const real = /^RT(MIN|MAX)([+-]\d+)?$/.exec(name)
  if (!real) return name
  return `${(real[1] === 'MIN' ? 34 : 64) + Number(real[2] ?? 0)}`
}
