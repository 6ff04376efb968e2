import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { TestBox } from '../harness/index.ts'

/** Takes a defence out of the program of a box: `text` must be there. */
export function without(box: TestBox, text: string | RegExp, instead = ''): void {
  const program = readFileSync(box.program, 'utf8')
  const weaker = program.replaceAll(typeof text === 'string' ? text : new RegExp(text, 'gm'), () => instead)
  if (weaker === program) throw new Error(`the program has no ${text}`)
  writeFileSync(box.program, weaker)
}

/** One line for each file of a tree: type, mode, owner, content. Nothing is followed. */
export function tree(path: string): string[] {
  const stat = lstatSync(path)
  const line = `${path} ${stat.mode.toString(8)} ${stat.uid}:${stat.gid} ${stat.rdev}`
  if (stat.isSymbolicLink()) return [`${line} -> ${readlinkSync(path)}`]
  if (stat.isFile()) return [`${line} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`]
  if (!stat.isDirectory()) return [line]
  return [
    line,
    ...readdirSync(path)
      .sort()
      .flatMap((name) => tree(`${path}/${name}`)),
  ]
}

/** Lines of one tree that the other has not. */
export const difference = (now: readonly string[], before: readonly string[]): string[] => [
  ...now.filter((line) => !before.includes(line)),
  ...before.filter((line) => !now.includes(line)),
]

/** Makes anew the tree of the host where links and names of an image lead. */
export function plant(decoy: string): void {
  rmSync(decoy, { recursive: true, force: true })
  for (const name of ['dir/sub', 'sys/fs/cgroup', 'empty']) mkdirSync(`${decoy}/${name}`, { recursive: true })
  for (const name of [
    'etc/hosts',
    'etc/hostname',
    'etc/resolv.conf',
    'file',
    'dir/ptmx',
    'dev/null',
    'dev/ptmx',
    'proc/sys/net/ipv4/ip_unprivileged_port_start',
  ]) {
    mkdirSync(dirname(`${decoy}/${name}`), { recursive: true })
    writeFileSync(`${decoy}/${name}`, name)
  }
}

/** From any place of a test up to the root, and not one step too few. */
export const up = '../../../../../../../../..'

/** A word of shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
