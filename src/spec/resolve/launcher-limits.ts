import { atLeast } from '../../host/at-least.ts'
import type { Host } from '../../host/host.ts'
import type { Launcher } from '../../host/launcher.ts'
import { SHELL_LIMITS } from '../../host/shell-limits.ts'
import { defaultProfile } from '../../seccomp/default-profile.ts'
import { filterFlags, type Profile } from '../../seccomp/profile.ts'
import { refusedCalls } from '../../seccomp/refused.ts'
import type { Box } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import { isBelow } from './paths-inside.ts'

/** Tools that would do it: perl always would. */
export type Remedy = 'perl' | 'capsh' | 'setpriv'

export interface LauncherLimit {
  readonly by: 'both' | Exclude<Launcher, 'perl'>
  /** The first that the spec names is the place of the error. */
  readonly path: readonly Path[]
  /** What is wrong, or nothing. */
  readonly wrong: (box: Box, host: Host) => string | null
  readonly remedy?: Remedy
}

/** The reason where it is wrong. */
const when = (wrong: boolean, reason: string): string | null => (wrong ? reason : null)

/** What the launchers without perl cannot do. */
export const launcherLimits: readonly LauncherLimit[] = [
  {
    by: 'both',
    path: [['user']],
    wrong: ({ process: { user } }) =>
      when(
        !/^0$|^\d+:\d+$/.test(user),
        `${show(user)} would have to be looked up in the box, which only perl does; write UID:GID`,
      ),
  },
  {
    by: 'busybox',
    path: [['user']],
    wrong: ({ process: { user } }) => when(!/^0(:0)?$/.test(user), 'busybox changes no user'),
    remedy: 'capsh',
  },
  {
    by: 'both',
    path: [['group_add']],
    wrong: ({ process: { groups } }) =>
      when(
        groups.some((group) => !/^\d+$/.test(group)),
        'names would have to be looked up in the box, which only perl does; write numbers',
      ),
  },
  {
    by: 'busybox',
    path: [['group_add']],
    wrong: ({ process: { groups } }) => when(groups.length > 0, 'busybox adds no groups'),
    remedy: 'capsh',
  },
  {
    by: 'both',
    path: [['working_dir']],
    wrong: ({ process: { workingDir } }) =>
      when(workingDir !== '/', 'capsh and busybox start a command in / only'),
  },
  {
    by: 'both',
    path: [['landlock']],
    wrong: ({ privileges: { landlock } }) =>
      when(landlock !== null, 'only perl opens its places inside of the box'),
  },
  {
    by: 'both',
    path: [['tty']],
    wrong: ({ process: { tty } }) => when(tty, 'only perl gives the terminal to the box'),
  },
  {
    by: 'both',
    path: [['userns_mode'], ['uidMappings'], ['gidMappings']],
    wrong: ({ namespaces: { user } }) => when(user.mode !== 'host', 'only perl enters a user namespace'),
  },
  {
    by: 'both',
    path: [['mount']],
    wrong: ({ namespaces: { mount } }) =>
      when(mount.mode === 'path' || mount.mode === 'host', 'only perl enters it without a box'),
  },
  {
    by: 'busybox',
    path: [['mount']],
    wrong: ({ namespaces: { mount } }) =>
      when(mount.mode !== 'private', 'busybox starts a box in one of its own only'),
    remedy: 'capsh',
  },
  {
    by: 'both',
    path: [['volumes'], ['tmpfs']],
    wrong: ({ mounts: { volumes, tmpfs } }) => {
      const inner = [...volumes, ...tmpfs].find(({ target }) =>
        volumes.some((outer) => outer.target !== target && isBelow(target, outer.target)),
      )
      return when(
        inner !== undefined,
        `${show(inner?.target)} lies in a volume: only perl mounts there safely`,
      )
    },
  },
  {
    by: 'both',
    path: [['environment'], ['env_file']],
    wrong: ({ process: { environment } }) => {
      const name = environment.map(([name]) => name).find((name) => !plain.test(name) || minded.test(name))
      return when(
        name !== undefined,
        `without perl ${show(name)} cannot be set: the shell or the tools that start the command would mind it`,
      )
    },
  },
  {
    by: 'setpriv',
    path: [['seccomp'], ['security_opt']],
    wrong: ({ privileges: { seccomp } }, { tools }) =>
      when(
        seccomp !== null && !atLeast(tools.setpriv, '2.41'),
        `a filter needs perl, or setpriv of util-linux 2.41; this is ${tools.setpriv?.version}`,
      ),
  },
  {
    by: 'setpriv',
    path: [['seccomp'], ['security_opt']],
    wrong: ({ privileges: { seccomp, capabilities } }, { arch, kernel }) => {
      if (seccomp === null) return null
      const profile = (seccomp.profile ?? defaultProfile) as Profile
      if (filterFlags(profile) !== 0) return 'setpriv knows no flags of a filter'
      const target = { arch, kernel, capabilities: [...capabilities, 'CAP_SYS_CHROOT'] }
      const refused = refusedCalls(profile, target, calls)
      return when(
        refused.length > 0,
        `capsh, after setpriv, calls ${refused.join(', ')}, which the filter refuses`,
      )
    },
  },
  {
    by: 'busybox',
    path: [['seccomp'], ['security_opt']],
    wrong: ({ privileges: { seccomp } }) =>
      when(seccomp !== null, 'busybox loads no filter; `seccomp: unconfined` does without'),
    remedy: 'setpriv',
  },
  {
    by: 'busybox',
    path: [['cap_add'], ['cap_drop'], ['privileged']],
    wrong: ({ privileges: { capabilities } }, host) =>
      when(
        host.capabilities.some((name) => !capabilities.includes(name)),
        'busybox drops no capability; `cap_add: [ALL]` keeps all',
      ),
    remedy: 'capsh',
  },
  {
    by: 'busybox',
    path: [['ulimits']],
    wrong: ({ process: { ulimits } }) => {
      const odd = ulimits.find(({ name, soft, hard }) =>
        [soft, hard].some((size) => (size ?? 0) % (SHELL_LIMITS[name]?.[1] ?? 0) !== 0),
      )
      return when(
        odd !== undefined,
        `ulimit of the shell cannot set ${odd?.name} to that: busybox has no prlimit`,
      )
    },
    remedy: 'capsh',
  },
  {
    by: 'busybox',
    path: [['readonlyPaths']],
    wrong: ({ mounts: { readonlyPaths } }) =>
      when(
        readonlyPaths !== 'default' && readonlyPaths.length > 0,
        'mount of busybox cannot keep what a mount refuses (nodev, noexec) when it makes it read-only',
      ),
    remedy: 'capsh',
  },
]

/** A shell can export it. */
const plain = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Names that the loaders, the C libraries or a shell go by, as patterns of a shell: `allowed` of launch.sh has the same. */
export const MINDED =
  'LD_* GLIBC_* GCONV_* MALLOC_* LOCPATH NLSPATH BASH* SHELLOPTS IFS PS[1-4] PID PPID UID EUID GROUPS LINENO OPTIND OPTARG RANDOM SECONDS ENV FUNCNAME DIRSTACK _'.split(
    ' ',
  )
const minded = new RegExp(`^(${MINDED.join('|').replaceAll('*', '.*')})$`)

/** What happens between the filter and the command: capsh is loaded, and works. */
const calls =
  'execve brk mmap mprotect munmap openat read close chroot chdir capget capset prctl setgroups setgid setuid'.split(
    ' ',
  )
