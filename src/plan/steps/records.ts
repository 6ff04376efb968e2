import { CAPABILITIES } from '../../host/capabilities.ts'
import type { Host } from '../../host/host.ts'
import { compileFilter } from '../../seccomp/compile.ts'
import { defaultProfile } from '../../seccomp/default-profile.ts'
import { printFilter } from '../../seccomp/print.ts'
import { filterFlags, type Profile } from '../../seccomp/profile.ts'
import type { Box } from '../../spec/box.ts'
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
  const { process, privileges } = box
  const bounding = privileges.capabilities.reduce(
    (mask, name) => mask | (1n << BigInt(CAPABILITIES.indexOf(name))),
    0n,
  )
  const lines = [
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
    ...(process.init ? ['arg /dev/init', 'arg --'] : []),
    ...process.args.map((arg) => `arg ${arg}`),
    ...filter(box, host),
  ]
  return [
    {
      kind: 'records',
      title: 'Write down what a process of the box is',
      why: fields,
      where: 'host',
      run: [{ write: [run, '/process'], lines, end: '\\0' }],
      undo: [],
    },
  ]
}

function filter({ privileges }: Box, host: Host): string[] {
  if (privileges.seccomp === null) return []
  const profile = (privileges.seccomp.profile ?? defaultProfile) as Profile
  const target = { arch: host.arch, capabilities: privileges.capabilities, kernel: host.kernel }
  return [
    `flags ${filterFlags(profile)}`,
    `filter\n${printFilter(compileFilter(profile, target)).join('\n')}\n`,
  ]
}

const fields =
  'command, entrypoint, environment, env_file, working_dir, user, group_add, umask, ulimits, oom_score_adj, cap_add, ' +
  'cap_drop, security_opt, no_new_privs, seccomp, privileged'
