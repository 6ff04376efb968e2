import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** What boxes can leave on a machine; each a sorted list of lines. */
export interface Inventory {
  readonly mounts: readonly string[]
  readonly links: readonly string[]
  readonly cgroups: readonly string[]
  readonly netns: readonly string[]
  readonly rules: readonly string[]
  readonly state: readonly string[]
  readonly processes: readonly string[]
}

/**
 * Snapshot of the machine. `directory` and `prefix` tell what is ours: state below the directory, processes whose
 * command line or environment names it, and cgroups of boxes whose name begins with the prefix. Tests run in parallel.
 */
export function inventory(directory: string, prefix: string): Inventory {
  return {
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .map((line) => line.split(' ').slice(3).join(' '))
      .filter((line) => line !== '' && !isForeign(line, directory))
      .sort(),
    links: tool('ip', '-br', 'link').sort(),
    cgroups: cgroupTrees()
      .flatMap((tree) => below(`${tree}/boxes`, prefix))
      .sort(),
    netns: entries('/run/netns').filter((name) => name.startsWith(`boxes-${prefix}`)),
    rules: tool('nft', 'list', 'ruleset').filter((line) => line.includes(prefix)),
    state: [`${directory}/run`, `${directory}/root`]
      .filter((path) => existsSync(path))
      .flatMap((path) => tool('find', path, '-mindepth', '1'))
      .filter((path) => !/\/root\/(boxes$|(roots|cache)(\/|$))/.test(path)),
    processes: processes(directory),
  }
}

/** What is there now and was not before, or the other way round: one line each, `+` or `-`. Empty: no trace. */
export function compare(before: Inventory, after: Inventory): string[] {
  return (Object.keys(before) as (keyof Inventory)[]).flatMap((kind) => [
    ...without(after[kind], before[kind]).map((line) => `+ ${kind}: ${line}`),
    ...without(before[kind], after[kind]).map((line) => `- ${kind}: ${line}`),
  ])
}

/** Mount points of all cgroup trees. */
export function cgroupTrees(): string[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => line.split(' ')[4] ?? '')
}

/** Each line counts: two of a kind are not one. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const rest = [...others]
  return lines.filter((line) => {
    const at = rest.indexOf(line)
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
}

/** A mount of another test's world, or of a benchmark beside us. */
function isForeign(line: string, directory: string): boolean {
  return line.includes('/tmp/boxes-') && !line.includes(directory)
}

function below(path: string, prefix: string): string[] {
  return entries(path)
    .filter((name) => name.startsWith(prefix) && existsSync(`${path}/${name}/cgroup.procs`))
    .map((name) => `${path}/${name}`)
}

function processes(directory: string): string[] {
  return entries('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      const text = [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].map(readOrEmpty)
      // jest's own workers, and what waits for them, have the directory nowhere but in memory.
      return text.some((part) => part.includes(directory)) ? [`${pid} ${text[0]?.replaceAll('\0', ' ')}`] : []
    })
}

function tool(file: string, ...args: string[]): string[] {
  const { stdout } = spawnSync(file, args, { encoding: 'utf8' })
  return (stdout ?? '').split('\n').filter((line) => line !== '')
}

function entries(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

export const worlds = '/tmp/boxes-test-'
