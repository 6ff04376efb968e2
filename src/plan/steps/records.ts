import { CAPABILITIES } from '../../host/capabilities.ts'
import type { Host } from '../../host/host.ts'
import { printFilter } from '../../seccomp/print.ts'
import type { Box } from '../../spec/box.ts'
import { argv } from '../argv.ts'
import { filterOf } from '../filter.ts'
import { launcherFiles } from '../launcher-files.ts'
import type { About, Step } from '../plan.ts'
import { run } from '../refs.ts'
import { rlimitNumber } from '../rlimits.ts'

export const about: About = {
  does: 'Writes down, for the launcher and for every later enter, what a process of this box is: arguments, environment, user, limits, capabilities and the system calls it may make.',
  kernel: 'none yet: the launcher applies it (seccomp(2), prctl(2), setrlimit(2), setresuid(2))',
  man: 'seccomp(2), capabilities(7), no_new_privs in prctl(2), getrlimit(2)',
  without: 'enter could not give a process the same confinement as the command has.',
  docker: '--env, --user, --workdir, --ulimit, --cap-add, --cap-drop, --security-opt seccomp=…',
}

/** Records end in NUL, so that values may hold newlines; a builtin writes them, so no process list shows them. */
export function records(box: Box, host: Host): Step[] {
  return [
    {
      kind: 'records',
      title: 'Write down what a process of the box is',
      why: fields,
      where: 'host',
      run:
        box.launcher === 'perl'
          ? [{ write: [run, '/process'], lines: told(box, host), end: '\\0' }]
          : launcherFiles(box, host),
      undo: [],
    },
  ]
}

/** What perl's launcher reads. */
function told(box: Box, host: Host): string[] {
  const { process, privileges } = box
  const bounding = privileges.capabilities.reduce(
    (mask, name) => mask | (1n << BigInt(CAPABILITIES.indexOf(name))),
    0n,
  )
  return [
    `arch ${host.arch}`,
    `user ${process.user}`,
    ...process.groups.map((group) => `group ${group}`),
    `cwd ${process.workingDir}`,
    `umask ${process.umask.toString(8).padStart(4, '0')}`,
    ...(process.oomScoreAdj === null ? [] : [`oom ${process.oomScoreAdj}`]),
    ...process.ulimits.map(
      ({ name, soft, hard }) =>
        `rlimit ${rlimitNumber(name)} ${name} ${soft ?? 'unlimited'} ${hard ?? 'unlimited'}`,
    ),
    `bounding ${bounding.toString(16)}`,
    // The kernel's highest: dropping one that it does not know is an error there.
    `lastcap ${Math.max(...host.capabilities.map((name) => CAPABILITIES.indexOf(name)), 0)}`,
    ...(privileges.noNewPrivs ? ['nnp 1'] : []),
    ...(process.tty ? ['tty 1'] : []),
    ...process.environment.map(([name, value]) => `env ${name}=${value}`),
    ...argv(box).map((arg) => `arg ${arg}`),
    ...filter(box, host),
  ]
}

function filter(box: Box, host: Host): string[] {
  const compiled = filterOf(box, host)
  if (compiled === null) return []
  return [`flags ${compiled.flags}`, `filter\n${printFilter(compiled.filter).join('\n')}\n`]
}

const fields =
  'command, entrypoint, environment, env_file, working_dir, user, group_add, umask, ulimits, oom_score_adj, cap_add, ' +
  'cap_drop, security_opt, no_new_privs, seccomp, privileged'
