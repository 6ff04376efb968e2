import { CAPABILITIES } from '../host/capabilities.ts'
import type { Host } from '../host/host.ts'
import { resetsSignals } from '../host/launcher.ts'
import { SHELL_LIMITS } from '../host/shell-limits.ts'
import type { Box } from '../spec/box.ts'
import { helper } from './inside.ts'
import type { Command, Word } from './plan.ts'
import { run } from './refs.ts'

/**
 * The launcher without perl: tools that become one another, each with one thing to do, and the command at last. `@` is where
 * the path of its program goes. They are named by their paths: PATH is that of the box by then.
 */
export function chain(box: Box, host: Host, verb: 'up' | 'enter', way: readonly Word[]): Word[] {
  return [
    ...clean(box, host),
    ...way,
    ...(box.launcher === 'setpriv' ? byTools(box, host, verb) : byHelper(box)),
  ]
}

/** The commands that start it; `argv` is the box's command. */
export function launchBy(
  box: Box,
  verb: 'up' | 'enter',
  root: Word,
  view: Word,
  words: readonly Word[],
  argv: readonly Word[],
): Command[] {
  const { user, groups, oomScoreAdj, umask } = box.process
  const [uid = '0', gid = '0'] = user.split(':')
  return [
    { call: 'ids', args: [uid, gid, ...groups] },
    ...(oomScoreAdj === null ? [] : [{ write: '/proc/self/oom_score_adj', lines: [`${oomScoreAdj}`] }]),
    ...(box.launcher === 'busybox' ? box.process.ulimits.flatMap(shellLimit) : []),
    { call: 'umask', args: [umask.toString(8).padStart(4, '0')] },
    { call: 'launch', args: [verb, root, view, `${words.length}`, ...words, ...argv] },
  ]
}

/** The hard limit first, which sets both: a soft one above it would be an error. */
function shellLimit({ name, soft, hard }: Box['process']['ulimits'][number]): Command[] {
  const [option, unit] = SHELL_LIMITS[name] ?? ['', 1]
  const size = (limit: number | null) => (limit === null ? 'unlimited' : `${limit / unit}`)
  return [
    { call: 'ulimit', args: [`-${option}`, size(hard)] },
    { call: 'ulimit', args: ['-S', `-${option}`, size(soft)] },
  ]
}

/** Never by the PATH of the box, which is in force by then. */
export function toolPath(name: string, { tools }: Host): string {
  return tools[name]?.path ?? `/usr/bin/${name}`
}

/** What the shell that comes before exports by itself; and what it was started with. */
function clean({ process: { environment } }: Box, host: Host): string[] {
  const given = environment.map(([name]) => name)
  const own = ['_', 'OLDPWD', 'PWD', 'SHLVL'].filter((name) => !given.includes(name))
  const signals = resetsSignals(host) ? ['--default-signal'] : []
  return [toolPath('env', host), ...signals, ...own.flatMap((name) => ['-u', name])]
}

/** capsh changes the root as the last of them, with every capability still: nothing in the box can look through its /proc/PID/root. */
function byTools(box: Box, host: Host, verb: 'up' | 'enter'): Word[] {
  const tool = (name: string): string => toolPath(name, host)
  const { privileges, process } = box
  const dropped = host.capabilities
    .filter((name) => !privileges.capabilities.includes(name))
    .map((name) => name.toLowerCase())
    .join(',')
  const limits = process.ulimits.map(
    ({ name, soft, hard }) => `--${name}=${soft ?? 'unlimited'}:${hard ?? 'unlimited'}`,
  )
  return [
    tool('setsid'),
    ...(limits.length === 0 ? [] : [tool('prlimit'), ...limits]),
    tool('setpriv'),
    '--pdeathsig',
    verb === 'up' ? 'clear' : 'KILL',
    ...(privileges.noNewPrivs ? ['--no-new-privs'] : []),
    ...(privileges.seccomp === null ? [] : ['--seccomp-filter', [run, '/filter'] as Word]),
    tool('capsh'),
    // Where nsenter left us: the process that the path led through may be gone by now.
    '--chroot=.',
    '--noamb',
    '--inh=',
    ...(dropped === '' ? [] : [`--drop=${dropped}`]),
    ['--gid=', { ref: 'gid' }],
    ['--groups=', { ref: 'groups' }],
    ['--uid=', { ref: 'uid' }],
    '--shell=@',
    '--',
  ]
}

/** It drops next to nothing, so that only a box that keeps all is launched by it. */
function byHelper({ privileges }: Box): Word[] {
  // Numbers: it knows fewer names than the kernel.
  const none = privileges.capabilities.map((name) => `-cap_${CAPABILITIES.indexOf(name)}`).join(',')
  return [
    helper,
    'setsid',
    helper,
    'setpriv',
    ...(privileges.noNewPrivs ? ['--nnp'] : []),
    `--ambient-caps=${none}`,
    `--inh-caps=${none}`,
    '@',
  ]
}
