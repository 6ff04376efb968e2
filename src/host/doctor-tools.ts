import { atLeast, isApplet, isGnuTar } from './at-least.ts'
import type { Finding } from './doctor.ts'
import type { Host, Tool } from './host.ts'
import { type Launcher, launcherOf } from './launcher.ts'
import { packageOf } from './packages.ts'

/** The tools: which are here, and what stands in for the others. */
export const toolChecks = (host: Host): readonly Finding[] =>
  ROWS.map(([what, names, cost, fallback, fits = anyKind]) => {
    const tool = names.map((name) => host.tools[name]).find((one) => one !== undefined && fits(one))
    const other = names.map((name) => host.tools[name]).find((one) => one !== undefined)
    return {
      group: 'tools',
      what,
      ok: tool !== undefined,
      found: describe(tool ?? other),
      cost,
      fallback: typeof fallback === 'string' ? fallback : fallback(host),
      package: packageOf(host, names[0] ?? ''),
      remedy: '',
    }
  })

const describe = (tool: Tool | undefined): string =>
  tool ? tool.path + (tool.version && ` ${tool.version}`) : ''

const anyKind = (): boolean => true
const notApplet = (tool: Tool): boolean => !isApplet(tool)

/** A fallback counts only where it is there. */
const slowBootstrap = ({ tools }: Host): string => (tools.debootstrap ? 'debootstrap' : '')

/** An ordinary user's box is in a user namespace, which perl alone enters. */
const standIn = (host: Host): Launcher => (host.root ? launcherOf(host) : 'perl')

/** Where busybox is the launcher, its applets do. */
const applet = (host: Host): string => (standIn(host) === 'busybox' ? 'the applet of busybox' : '')
const link = (host: Host): string => (standIn(host) === 'busybox' ? 'a link that names its owner' : '')

const otherLauncher = (host: Host): string => LAUNCHERS[standIn(host)]
const LAUNCHERS = {
  perl: '',
  setpriv: 'setpriv and capsh: numeric users, working_dir /, no tty, no user namespace',
  busybox: 'busybox: boxes that keep all capabilities and have no filter',
} as const

type Row = readonly [
  what: string,
  names: readonly string[],
  cost: string,
  fallback: string | ((host: Host) => string),
  fits?: (tool: Tool) => boolean,
]

/** First of `names` that fits is used. */
const ROWS: readonly Row[] = [
  ['sh', ['sh'], 'no program can run', ''],
  ['unshare', ['unshare'], 'no box can start', applet, notApplet],
  [
    'unshare with --time',
    ['unshare'],
    'no time namespaces, timeOffsets is refused (util-linux before 2.36)',
    'the time namespace of the host',
    (tool) => atLeast(tool, '2.36'),
  ],
  ['nsenter', ['nsenter'], 'no box can start, none can be entered', applet, notApplet],
  [
    'setpriv with --landlock-rule',
    ['setpriv'],
    'landlock is refused (util-linux before 2.40)',
    '',
    (tool) => atLeast(tool, '2.40'),
  ],
  ['mount', ['mount'], 'no box can start (mount -N is needed)', applet, notApplet],
  ['umount', ['umount'], 'no box can start (umount -N is needed)', applet, notApplet],
  ['pivot_root', ['pivot_root'], 'no box can start', ''],
  ['flock', ['flock'], 'no box can start: of two at once one must wait', link],
  ['perl', ['perl'], 'it launches all that a spec can say; without it much is refused', otherLauncher],
  [
    'libcgroup',
    ['cgcreate'],
    'the plan shows writes instead of cgcreate, cgset, cgexec',
    'mkdir and plain writes to the cgroup files',
  ],
  ['ip', ['ip'], 'no loopback in a network of its own', ''],
  ['tar', ['tar'], 'no roots from archives: other tars follow links out of the tree', '', isGnuTar],
  ['gzip', ['gzip'], 'no .tar.gz roots', ''],
  ['xz', ['xz'], 'no .tar.xz roots', ''],
  ['zstd', ['zstd'], 'no .tar.zst roots', ''],
  ['mmdebstrap', ['mmdebstrap'], 'rootfs: debootstrap is slow or refused', slowBootstrap],
  [
    'static init',
    ['tini-static', 'catatonit', 'docker-init'],
    'init: true is refused: a root may lack the C library that another init needs',
    '',
  ],
  [
    'script',
    ['script'],
    'tty: true is refused: a box must not get the terminal of the caller',
    '',
    notApplet,
  ],
]
