import type { Host } from '../host/host.ts'
import type { Command, Plan, Step } from './plan.ts'

/** A tool that a plan starts and a host lacks. */
export interface Need {
  readonly tool: string
  /** Debian package that brings it. */
  readonly package: string
  /** Field of the spec that asked for the step, or `always`. */
  readonly why: string
}

/** Tools a plan would miss on this host, each once. Those of coreutils are taken for granted, as is sh. */
export function missingTools(plan: Plan, host: Host): Need[] {
  const needs = new Map<string, Need>()
  const need = (tool: string, why: string) => {
    const pack = packages[tool]
    if (pack !== undefined && !(tool in host.tools) && !needs.has(tool))
      needs.set(tool, { tool, package: pack, why })
  }
  for (const tool of ['flock', 'perl', 'unshare']) need(tool, 'always')
  if (plan.box.process.tty) need('script', 'tty')
  if (!host.root) for (const tool of ['newuidmap', 'newgidmap']) need(tool, 'rootless')
  if (plan.box.process.init && !plan.steps.some(({ kind }) => kind === 'reaper')) need('tini-static', 'init')
  for (const tool of unpackers(plan)) need(tool, 'rootfs')
  for (const step of plan.steps) for (const tool of toolsOf(step)) need(tool, step.why)
  return [...needs.values()]
}

const packages: Readonly<Record<string, string>> = {
  unshare: 'util-linux',
  nsenter: 'util-linux',
  pivot_root: 'util-linux',
  flock: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  perl: 'perl-base',
  ip: 'iproute2',
  script: 'bsdutils',
  hostname: 'hostname',
  newuidmap: 'uidmap',
  newgidmap: 'uidmap',
  'fuse-overlayfs': 'fuse-overlayfs',
  pasta: 'passt',
  slirp4netns: 'slirp4netns',
  domainname: 'hostname',
  findmnt: 'util-linux',
  'tini-static': 'tini',
  tar: 'tar',
  gzip: 'gzip',
  xz: 'xz-utils',
  zstd: 'zstd',
  debootstrap: 'mmdebstrap',
}

/** tar starts the program that the archive's ending names. */
function unpackers({ box: { rootfs } }: Plan): string[] {
  if (rootfs.kind !== 'tarball') return []
  const ending = Object.keys(compressors).find((one) => rootfs.path.endsWith(one))
  return ['tar', ...(ending === undefined ? [] : [compressors[ending] ?? ''])]
}

const compressors: Readonly<Record<string, string>> = {
  gz: 'gzip',
  tgz: 'gzip',
  xz: 'xz',
  txz: 'xz',
  zst: 'zstd',
}

/** Words of a command that are names of tools; words of one command may start another (cgexec unshare …). */
function toolsOf({ run }: Step): string[] {
  return run.flatMap(words).filter((word) => word in packages)
}

/** Functions of the frame that are given a command. */
const starters = /^(bootstrap|connect$)/

function words(command: Command): string[] {
  if ('run' in command) return command.run.filter((word) => typeof word === 'string')
  if ('call' in command)
    return starters.test(command.call) ? command.args.filter((word) => typeof word === 'string') : []
  if ('capture' in command) return command.from.filter((word) => typeof word === 'string')
  if ('when' in command) return [...command.do, ...(command.otherwise ?? [])].flatMap(words)
  return []
}
