import { isApplet, isGnuTar } from '../host/at-least.ts'
import type { Host, Tool } from '../host/host.ts'
import type { Launcher } from '../host/launcher.ts'
import { packageOf } from '../host/packages.ts'
import type { Command, Plan, Step } from './plan.ts'

/** A tool that a plan starts and a host lacks. */
export interface Need {
  readonly tool: string
  /** Package that brings it, as the host's distribution names it. */
  readonly package: string
  /** Field of the spec that asked for the step, or `always`. */
  readonly why: string
}

/** Tools a plan would miss on this host, each once. Those of coreutils are taken for granted, as is sh. */
export function missingTools(plan: Plan, host: Host): Need[] {
  const needs = new Map<string, Need>()
  const need = (tool: string, why: string) => {
    const pack = packageOf(host, tool)
    if (pack !== '' && !needs.has(tool) && !fits(host.tools[tool], tool, plan.box.launcher))
      needs.set(tool, { tool, package: pack, why })
  }
  for (const tool of ['unshare', ...(plan.box.launcher === 'perl' ? ['perl'] : [])]) need(tool, 'always')
  if (plan.means.lock === 'flock') need('flock', 'always')
  // The cache of roots is locked by it.
  if (['tarball', 'debootstrap'].includes(plan.box.rootfs.kind)) need('flock', 'rootfs')
  if (plan.box.process.tty) need('script', 'tty')
  if (!host.root) for (const tool of ['newuidmap', 'newgidmap']) need(tool, 'rootless')
  if (plan.box.process.init && !plan.steps.some(({ kind }) => kind === 'reaper')) need('tini-static', 'init')
  for (const tool of unpackers(plan)) need(tool, 'rootfs')
  for (const step of plan.steps) for (const tool of toolsOf(step, host)) need(tool, step.why)
  return [...needs.values()]
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

function fits(tool: Tool | undefined, name: string, launcher: Launcher): boolean {
  if (tool === undefined) return false
  if (name === 'tar') return isGnuTar(tool)
  return !isApplet(tool) || launcher === 'busybox' || plain.includes(name)
}

/** These are the same everywhere in what is asked of them. */
const plain = ['sh', 'flock', 'pivot_root', 'ip', 'hostname', 'domainname', 'gzip', 'xz']

/** Words of a command that are names of tools; words of one command may start another (cgexec unshare …). */
function toolsOf({ run }: Step, host: Host): string[] {
  return run.flatMap(words).filter((word) => packageOf(host, word) !== '')
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
