import { atLeast } from './at-least.ts'
import type { Finding } from './doctor.ts'
import type { Host, Tool } from './host.ts'

/** The tools: which are here, and what stands in for the others. */
export const toolChecks = (host: Host): readonly Finding[] =>
  ROWS.map(([what, names, pack, cost, fallback, fits = anyKind]) => {
    const tool = names.map((name) => host.tools[name]).find((one) => one !== undefined && fits(one))
    const other = names.map((name) => host.tools[name]).find((one) => one !== undefined)
    return {
      group: 'tools',
      what,
      ok: tool !== undefined,
      found: describe(tool ?? other),
      cost,
      fallback: typeof fallback === 'string' ? fallback : fallback(host),
      package: pack,
      remedy: '',
    }
  })

const describe = (tool: Tool | undefined): string =>
  tool ? tool.path + (tool.version && ` ${tool.version}`) : ''

const anyKind = (): boolean => true
const notApplet = (tool: Tool): boolean => tool.version !== 'busybox'

/** A fallback counts only where it is there. */
const slowBootstrap = ({ tools }: Host): string => (tools.debootstrap ? 'debootstrap' : '')

type Row = readonly [
  what: string,
  names: readonly string[],
  pack: string,
  cost: string,
  fallback: string | ((host: Host) => string),
  fits?: (tool: Tool) => boolean,
]

/** First of `names` that fits is used. */
const ROWS: readonly Row[] = [
  ['sh', ['sh'], 'dash', 'no program can run', ''],
  ['unshare', ['unshare'], 'util-linux', 'no box can start', '', notApplet],
  [
    'unshare with --time',
    ['unshare'],
    'util-linux',
    'no time namespaces, timeOffsets is refused (util-linux before 2.36)',
    'the time namespace of the host',
    (tool) => atLeast(tool, '2.36'),
  ],
  ['nsenter', ['nsenter'], 'util-linux', 'no box can start, none can be entered', '', notApplet],
  [
    'setpriv with --landlock-rule',
    ['setpriv'],
    'util-linux',
    'landlock is refused (util-linux before 2.40)',
    '',
    (tool) => atLeast(tool, '2.40'),
  ],
  ['mount', ['mount'], 'mount', 'no box can start (mount -N is needed)', '', notApplet],
  ['umount', ['umount'], 'mount', 'no box can start (umount -N is needed)', '', notApplet],
  ['pivot_root', ['pivot_root'], 'util-linux', 'no box can start', ''],
  ['flock', ['flock'], 'util-linux', 'no box can start: of two at once one must wait', ''],
  ['perl', ['perl'], 'perl-base', 'no box can start: perl is the launcher', ''],
  [
    'libcgroup',
    ['cgcreate'],
    'cgroup-tools',
    'the plan shows writes instead of cgcreate, cgset, cgexec',
    'mkdir and plain writes to the cgroup files',
  ],
  ['ip', ['ip'], 'iproute2', 'no loopback in a network of its own', ''],
  [
    'tar',
    ['tar'],
    'tar',
    'no roots from archives: other tars follow links out of the tree',
    '',
    (tool) => /^\d/.test(tool.version),
  ],
  ['gzip', ['gzip'], 'gzip', 'no .tar.gz roots', ''],
  ['xz', ['xz'], 'xz-utils', 'no .tar.xz roots', ''],
  ['zstd', ['zstd'], 'zstd', 'no .tar.zst roots', ''],
  ['mmdebstrap', ['mmdebstrap'], 'mmdebstrap', 'rootfs: debootstrap is slow or refused', slowBootstrap],
  [
    'static init',
    ['tini-static', 'catatonit', 'docker-init'],
    'tini',
    'init: true is refused: a root may lack the C library that another init needs',
    '',
  ],
  [
    'script',
    ['script'],
    'bsdutils',
    'tty: true is refused: a box must not get the terminal of the caller',
    '',
    notApplet,
  ],
]
