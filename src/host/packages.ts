import type { Host } from './host.ts'

/** The package that brings a tool, as this machine's distribution names it; empty when none is known. */
export const packageOf = ({ tools }: Pick<Host, 'tools'>, tool: string): string =>
  PACKAGES[tool]?.[managerOf(tools)[0]] ?? ''

/** Begins a command that installs packages here: `apt-get install`. */
export const installer = ({ tools }: Pick<Host, 'tools'>): string => managerOf(tools)[1]

/** Debian's where there is none of them. */
const managerOf = (tools: Host['tools']): (typeof MANAGERS)[number] =>
  MANAGERS.find(([, command]) => (command.split(' ')[0] ?? '') in tools) ?? MANAGERS[0]

/** Columns of the table below. */
const MANAGERS = [
  [0, 'apt-get install'],
  [1, 'apk add'],
  [2, 'dnf install'],
] as const

const same = (name: string) => [name, name, name] as const
const utilLinux = (debian = 'util-linux') => [debian, 'util-linux', 'util-linux'] as const

const PACKAGES: Readonly<Record<string, readonly [string, string, string]>> = {
  sh: ['dash', 'busybox', 'bash'],
  unshare: utilLinux(),
  nsenter: utilLinux(),
  pivot_root: utilLinux(),
  flock: utilLinux(),
  findmnt: utilLinux(),
  setpriv: utilLinux(),
  prlimit: utilLinux(),
  setsid: utilLinux(),
  mount: utilLinux('mount'),
  umount: utilLinux('mount'),
  script: utilLinux('bsdutils'),
  perl: ['perl-base', 'perl', 'perl-interpreter'],
  capsh: ['libcap2-bin', 'libcap-utils', 'libcap'],
  busybox: ['busybox-static', 'busybox-static', 'busybox'],
  ip: ['iproute2', 'iproute2', 'iproute'],
  hostname: ['hostname', 'busybox', 'hostname'],
  domainname: ['hostname', 'net-tools', 'hostname'],
  cgcreate: ['cgroup-tools', '', 'libcgroup-tools'],
  newuidmap: ['uidmap', 'shadow-uidmap', 'shadow-utils'],
  newgidmap: ['uidmap', 'shadow-uidmap', 'shadow-utils'],
  'fuse-overlayfs': same('fuse-overlayfs'),
  pasta: same('passt'),
  slirp4netns: same('slirp4netns'),
  'tini-static': ['tini', 'tini-static', 'catatonit'],
  tar: same('tar'),
  gzip: same('gzip'),
  xz: ['xz-utils', 'xz', 'xz'],
  zstd: same('zstd'),
  mmdebstrap: ['mmdebstrap', 'debootstrap', 'debootstrap'],
  debootstrap: ['mmdebstrap', 'debootstrap', 'debootstrap'],
}
