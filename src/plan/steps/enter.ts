import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import { enterGroups } from '../cgroup/join.ts'
import type { About, Command, Step, Word } from '../plan.ts'
import { run } from '../refs.ts'
import { hasUsers } from './user-namespace.ts'

export const about: About = {
  does: "Starts one more process in the box, launched as the command was: from a read-only view of the host's tools, in the box's cgroup and namespaces, with its environment, user, limits, capabilities and filter.",
  kernel: 'setns(2) into each namespace, then as for launch',
  man: 'nsenter(1)',
  without: "Plain nsenter keeps the caller's environment, cgroup and capabilities.",
  docker: 'docker exec',
}

const target = { ref: 'enter_target' } as const
/** The root of a mount namespace in which the host's tools are read-only. */
const view = { ref: 'enter_view' } as const
const options = { uts: '--uts', ipc: '--ipc', network: '--net', time: '--time' } as const

/** Into the cgroup and pid namespaces goes the launcher itself, after it is in the group, and last of all. `--root`: after it still the host's tools run, never those of the image (CVE-2019-14271). */
export function enter(box: Box, host: Host): Step[] {
  const names = Object.keys(options) as (keyof typeof options)[]
  const others = names.filter((name) => box.namespaces[name].mode !== 'host').map((name) => options[name])
  const nsenter = (...more: readonly string[]): Word[] => [
    'nsenter',
    '--target',
    target,
    '--mount',
    ...others,
    ...more,
    ['--root=', view],
    '--',
  ]
  const launcher: Word[] = [
    'perl',
    '-e',
    { ref: 'LAUNCHER' },
    'enter',
    ['/proc/', target, '/root'],
    { ref: '@' },
  ]
  return [
    {
      kind: 'enter',
      title: 'Enter the box',
      why: 'always',
      where: 'enter',
      run: [
        { open: 8, from: [run, '/process'] },
        ...enterGroups(box, host),
        ...(host.root ? [] : [inside(nsenter(), launcher)]),
        { run: [...nsenter(...(hasUsers(box) ? ['--user'] : [])), ...launcher], exec: true },
      ],
      undo: [],
    },
  ]
}

/** From a view of its own, which an ordinary user makes in the box's user namespace: that cannot be entered twice (setns(2)). */
function inside(nsenter: readonly Word[], launcher: readonly Word[]): Command {
  return {
    when: [view, '=', '/'],
    do: [{ run: [...nsenter, ...launcher], exec: true }],
  }
}
