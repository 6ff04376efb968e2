import { atLeast } from '../../host/at-least.ts'
import type { Host } from '../../host/host.ts'
import type { Launcher } from '../../host/launcher.ts'
import { installer, packageOf } from '../../host/packages.ts'
import { SHELL_LIMITS } from '../../host/shell-limits.ts'
import { defaultProfile } from '../../seccomp/default-profile.ts'
import { filterFlags, type Profile } from '../../seccomp/profile.ts'
import { refusedCalls } from '../../seccomp/refused.ts'
import type { Box, Namespaces } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Path, Spec } from '../spec.ts'
import type { Context } from './context.ts'
import { isBelow } from './paths-inside.ts'

/** What the tools at hand cannot make is left to the host where the spec doesn't ask for it, with a note. */
export function launchable(context: Context, launcher: Launcher, namespaces: Namespaces): Namespaces {
  if (launcher !== 'busybox') return namespaces
  const { spec, note, error } = context
  const shared = (kind: 'cgroup' | 'time', asked: Path | null) => {
    if (namespaces[kind].mode === 'host') return
    if (asked !== null)
      error(asked, 'host', `busybox makes no ${kind} namespace`, remedyOf(context.host, 'capsh'))
    else note(`${kind}: ${lost[kind]}: busybox makes no such namespace, util-linux does`)
  }
  shared('cgroup', spec.cgroup === undefined ? null : ['cgroup'])
  const clocks: Path | null = spec.timeOffsets === undefined ? null : ['timeOffsets']
  shared('time', spec.time === undefined ? clocks : ['time'])
  return { ...namespaces, cgroup: { mode: 'host' }, time: { mode: 'host' } }
}

/** Each thing that this host's launcher cannot do for the box is an error; what is weaker only is a note. */
export function checkLauncher(context: Context, box: Box): void {
  if (box.launcher === 'perl') return
  const { spec, host, note, error } = context
  for (const { by, path, wrong, remedy = 'perl' } of limits) {
    if (by !== 'both' && by !== box.launcher) continue
    const reason = wrong(box, host)
    if (reason !== null) error(placeOf(spec, path), 'host', reason, remedyOf(host, remedy))
  }
  for (const text of weaker(box, host)) note(`launcher: ${text}`)
}

function weaker(box: Box, { tools }: Host): string[] {
  const { capabilities, seccomp } = box.privileges
  const plainEnv = tools.env === undefined || tools.env.version === 'busybox'
  return [
    'without perl a process of the box has the session keyring of its caller, its name is its path, and one that cannot be executed ends with 1',
    'without perl the users of the root file system are not looked up: HOME is /root or /, and there are no further groups',
    'what enter has started outlives an enter that is killed, but for what capsh starts as root',
    ...(plainEnv
      ? ['the command begins with SIGINT and SIGQUIT ignored: env of coreutils would mend that']
      : []),
    ...(box.launcher === 'setpriv' && seccomp !== null && !capabilities.includes('CAP_SYS_CHROOT')
      ? [
          'the filter lets chroot pass, since capsh calls it; without CAP_SYS_CHROOT the kernel refuses it still',
        ]
      : []),
    ...(box.launcher === 'setpriv' && capabilities.includes('CAP_SYS_PTRACE')
      ? ['enter is refused, since the box has CAP_SYS_PTRACE and could look at the host through what enters']
      : []),
  ]
}

const lost = {
  cgroup: "the box sees the host's control groups, and its own among them",
  time: "the box has the host's uptime",
} as const

interface Limit {
  readonly by: 'both' | Exclude<Launcher, 'perl'>
  /** The first that the spec names is the place of the error. */
  readonly path: readonly Path[]
  /** What is wrong, or nothing. */
  readonly wrong: (box: Box, host: Host) => string | null
  readonly remedy?: Remedy
}

const when = (wrong: boolean, reason: string): string | null => (wrong ? reason : null)

const limits: readonly Limit[] = [
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
/** Names that the loaders, the C libraries or a shell go by. */
const minded =
  /^(LD_.*|GLIBC_.*|GCONV_.*|MALLOC_.*|LOCPATH|NLSPATH|BASH.*|SHELLOPTS|IFS|PS[1-4]|P?PID|E?UID|GROUPS|LINENO|OPTIND|OPTARG|RANDOM|SECONDS|ENV|FUNCNAME|DIRSTACK|_)$/

/** What happens between the filter and the command: capsh is loaded, and works. */
const calls =
  'execve brk mmap mprotect munmap openat read close chroot chdir capget capset prctl setgroups setgid setuid'.split(
    ' ',
  )

type Remedy = 'perl' | 'capsh' | 'setpriv'

/** What would do it; perl always would. */
function remedyOf(host: Host, remedy: Remedy): string {
  const [perl, setpriv, capsh] = ['perl', 'setpriv', 'capsh'].map((tool) => packageOf(host, tool))
  const others = {
    perl: '',
    capsh: `, or ${setpriv} and ${capsh}`,
    setpriv: `, or ${setpriv} (2.41 or newer) and ${capsh}`,
  }
  return `${installer(host)} ${perl}${others[remedy]}; or change the spec`
}

function placeOf(spec: Spec, paths: readonly Path[]): Path {
  return paths.find(([field]) => spec[field as keyof Spec] !== undefined) ?? paths[0] ?? []
}
