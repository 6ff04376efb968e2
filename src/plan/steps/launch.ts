import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import { argv } from '../argv.ts'
import { chain, launchBy, toolPath } from '../chain.ts'
import type { About, Command, Ref, Step, Word } from '../plan.ts'
import { furnisher, run } from '../refs.ts'

export const about: About = {
  does: "Steps into the box's mount namespace while its root is still the host's, starts the launcher, which closes every handle, changes the root, takes the user, limits, capabilities and filter, and becomes the command.",
  kernel:
    'setns(2), chroot(2), setgroups(2), setresuid(2), prctl(2) PR_CAPBSET_DROP and PR_SET_NO_NEW_PRIVS, seccomp(2), execve(2)',
  man: 'nsenter(1), capabilities(7), seccomp(2)',
  without: "There would be no box's own program, or one with the host's privileges.",
  docker: '--user, --workdir, --env, --ulimit, --cap-drop, --security-opt; runc init',
}

const launcher: Word = { ref: 'LAUNCHER' }
const peerMount = { ref: 'peer_mount' } as const

export function launch(box: Box, host: Host): Step[] {
  return [
    {
      kind: 'launch',
      title: titles[box.launcher],
      why: 'command',
      where: 'init',
      run: [...waits(box), ...becomes(box, host)],
      undo: [],
    },
  ]
}

const titles = {
  perl: 'Launch the command',
  setpriv: 'Launch the command, by setpriv and capsh',
  busybox: 'Launch the command, by busybox',
} as const

function becomes(box: Box, host: Host): Command[] {
  if (box.launcher === 'perl')
    return [
      { open: 8, from: [run, '/process'] },
      { run: way(box), exec: true },
    ]
  const pid = box.namespaces.mount.mode === 'box' ? peerMount : furnisher
  const root = ['/proc/', pid, '/root']
  const tools: Word[] = box.launcher === 'setpriv' ? ['--root=/', ['--wd=', ...root]] : []
  const words = chain(box, host, 'up', [
    toolPath('nsenter', host),
    ['--mount=/proc/', pid, '/ns/mnt'],
    ...tools,
    '--',
  ])
  return launchBy(box, 'up', root, '/', words, argv(box))
}

function waits(box: Box): Command[] {
  return box.namespaces.network.mode === 'private' ? [{ wait: 'loopback' }] : []
}

function way({ namespaces: { mount } }: Box): Word[] {
  if (mount.mode === 'private' || mount.mode === 'host') return through(furnisher)
  if (mount.mode === 'box') return through(peerMount)
  return ['perl', '-e', launcher, 'up', `namespace:${mount.path}`]
}

/** `--root=/` keeps the host's programs in reach; the launcher takes the namespace's true root. */
function through(pid: Ref): Word[] {
  return [
    'nsenter',
    ['--mount=/proc/', pid, '/ns/mnt'],
    '--root=/',
    '--',
    'perl',
    '-e',
    launcher,
    'up',
    ['/proc/', pid, '/root'],
  ]
}
