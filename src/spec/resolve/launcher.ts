import type { Host } from '../../host/host.ts'
import { type Launcher, resetsSignals } from '../../host/launcher.ts'
import { installer, packageOf } from '../../host/packages.ts'
import type { Box, Namespaces } from '../box.ts'
import type { Path, Spec } from '../spec.ts'
import type { Context } from './context.ts'
import { launcherLimits, type Remedy } from './launcher-limits.ts'

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
  for (const { by, path, wrong, remedy = 'perl' } of launcherLimits) {
    if (by !== 'both' && by !== box.launcher) continue
    const reason = wrong(box, host)
    if (reason !== null) error(placeOf(spec, path), 'host', reason, remedyOf(host, remedy))
  }
  for (const text of weaker(box, host)) note(`launcher: ${text}`)
}

function weaker(box: Box, host: Host): string[] {
  const { capabilities, seccomp } = box.privileges
  return [
    'without perl a process of the box has the session keyring of its caller, its name is its path, and one that cannot be executed ends with 1',
    'without perl the users of the root file system are not looked up: HOME is /root or /, and there are no further groups',
    'what enter has started outlives an enter that is killed, but for what capsh starts as root',
    ...(resetsSignals(host)
      ? []
      : ['the command begins with SIGINT and SIGQUIT ignored: env of coreutils would mend that']),
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
