import type { Host } from '../../host/host.ts'
import type { Box, Namespace } from '../../spec/box.ts'
import { joinGroups } from '../cgroup/join.ts'
import type { About, Command, Step, Word } from '../plan.ts'
import { networkNamespaceFile, self, userNamespaceFile } from '../refs.ts'
import { isConnected } from './network.ts'
import { hasUsers } from './user-namespace.ts'

export const about: About = {
  does: "Enters the box's cgroup, then makes or joins each namespace, and becomes the monitor, which will be the parent of PID 1.",
  kernel:
    'unshare(2), setns(2) with CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP, CLONE_NEWTIME; a write to cgroup.procs',
  man: 'namespaces(7), unshare(1), nsenter(1), cgexec(1)',
  without: "The box would see and reach the host's processes, network, names and shared memory.",
  docker: '--pid, --network, --ipc, --uts, --cgroupns, --cgroup-parent',
}

const kinds = ['pid', 'network', 'ipc', 'uts', 'cgroup', 'time'] as const
type Kind = (typeof kinds)[number]
const options: Record<Kind, string> = {
  pid: 'pid',
  network: 'net',
  ipc: 'ipc',
  uts: 'uts',
  cgroup: 'cgroup',
  time: 'time',
}

/** The cgroup comes first, so that the cgroup namespace's root is the box's group. */
export function namespaces(box: Box, host: Host): Step[] {
  const { first, exec } = joinGroups(box, host)
  const joined = kinds.filter((kind) => isJoined(box.namespaces[kind]))
  const users: Word[] = hasUsers(box) ? [['--user=', ...userNamespaceFile]] : []
  const network: Word[] = isConnected(box) ? [['--net=', ...networkNamespaceFile]] : []
  const ways = [...users, ...network, ...joined.map((kind) => join(kind, box.namespaces[kind]))]
  const enter: Word[] = ways.length === 0 ? [] : ['nsenter', '--no-fork', ...ways, '--']
  const make = kinds
    .filter((kind) => box.namespaces[kind].mode === 'private')
    .filter((kind) => kind !== 'network' || !isConnected(box))
    .map((kind) => `--${options[kind]}`)
  const unshare: Word[] = ['unshare', '--mount', '--propagation', 'slave', ...make, ...clocks(box), '--']
  return [
    {
      kind: 'namespaces',
      title: 'Enter the cgroup and the namespaces',
      why: 'pid, network_mode, ipc, uts, cgroup, time, timeOffsets',
      where: 'join',
      run: [
        ...joined.flatMap((kind) => peers(kind, box.namespaces[kind])),
        ...mountPeer(box),
        ...first,
        { run: [...exec, ...enter, ...unshare, 'sh', self, 'monitor'], exec: true },
      ],
      undo: [],
    },
  ]
}

function mountPeer({ namespaces: { mount } }: Box): Command[] {
  if (mount.mode !== 'box') return []
  return [...peers('mount', mount), { run: ['export', 'peer_mount'] }]
}

function isJoined({ mode }: Namespace): boolean {
  return mode === 'box' || mode === 'path'
}

function peers(kind: Kind | 'mount', namespace: Namespace): Command[] {
  if (namespace.mode !== 'box') return []
  return [
    { call: 'peer', args: [namespace.box] },
    ...(kind === 'pid' ? [{ call: 'no_tracer', args: [{ ref: 'peer' }] }] : []),
    { set: `peer_${kind}`, to: { ref: 'peer' } },
  ]
}

function join(kind: Kind, namespace: Namespace): Word {
  if (namespace.mode === 'path') return `--${options[kind]}=${namespace.path}`
  return [`--${options[kind]}=/proc/`, { ref: `peer_${kind}` }, `/ns/${options[kind]}`]
}

function clocks({ namespaces: { time, timeOffsets } }: Box): string[] {
  if (time.mode !== 'private') return []
  return ['--monotonic', `${timeOffsets.monotonic}`, '--boottime', `${timeOffsets.boottime}`]
}
