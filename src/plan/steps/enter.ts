import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import { enterGroups, moveGroups } from '../cgroup/join.ts'
import { chain, launchBy, toolPath } from '../chain.ts'
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

export function enter(box: Box, host: Host): Step[] {
  return [
    {
      kind: 'enter',
      title: 'Enter the box',
      why: 'always',
      where: 'enter',
      run: box.launcher === 'perl' ? byPerl(box, host) : byTools(box, host),
      undo: [],
    },
  ]
}

/** Into the cgroup and pid namespaces goes the launcher itself, after it is in the group, and last of all. `--root`: after it still the host's tools run, never those of the image (CVE-2019-14271). */
function byPerl(box: Box, host: Host): Command[] {
  const nsenter = (...more: readonly string[]): Word[] => [
    'nsenter',
    '--target',
    target,
    ...kinds(box),
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
    { open: 8, from: [run, '/process'] },
    ...enterGroups(box, host),
    ...(host.root ? [] : [fromOwnView(nsenter(), launcher)]),
    { run: [...nsenter(...(hasUsers(box) ? ['--user'] : [])), ...launcher], exec: true },
  ]
}

/** From a view of its own, which an ordinary user makes in the box's user namespace: that cannot be entered twice (setns(2)). */
function fromOwnView(nsenter: readonly Word[], launcher: readonly Word[]): Command {
  return {
    when: [view, '=', '/'],
    do: [{ run: [...nsenter, ...launcher], exec: true }],
  }
}

/** What is the host's is not joined: an ordinary user may not. */
function kinds({ namespaces }: Box): string[] {
  const names = Object.keys(options) as (keyof typeof options)[]
  const others = names.filter((name) => namespaces[name].mode !== 'host').map((name) => options[name])
  return ['--mount', ...others]
}

/**
 * What comes into the pid namespace runs from the view already. With capsh it has the host's root there, so that nobody may
 * look through its /proc/PID/root; with busybox it has that of the box.
 */
function byTools(box: Box, host: Host): Command[] {
  if (box.launcher === 'setpriv' && box.privileges.capabilities.includes('CAP_SYS_PTRACE'))
    return [
      {
        call: 'die',
        args: [
          '125',
          'enter: the box has CAP_SYS_PTRACE and could look at the host through this',
          'install perl, then boxes up it again',
        ],
      },
    ]
  const root = ['/proc/', target, '/root']
  const nsenter = toolPath('nsenter', host)
  const way: Word[] =
    box.launcher === 'setpriv'
      ? [
          nsenter,
          '--target',
          target,
          ...kinds(box),
          ['--root=', view],
          ['--wd=', ...root],
          '--',
          nsenter,
          '--target',
          target,
          '--pid',
          '--cgroup',
          '--',
        ]
      : [toolPath('busybox', host), 'chroot', view, nsenter, '--target', target, ...kinds(box), '--pid', '--']
  const words = chain(box, host, 'enter', way)
  // One with that capability may have joined since.
  const alone: Command[] =
    box.launcher === 'setpriv'
      ? [{ call: 'no_tracer', args: [target, 'install perl, then boxes up it again, or end that process'] }]
      : []
  return [...alone, ...moveGroups(box, host), ...launchBy(box, 'enter', root, view, words, [{ ref: '@' }])]
}
