import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
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

/** A word of shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
