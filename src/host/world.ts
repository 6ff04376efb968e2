import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { machine as uname } from 'node:os'
import { toolVersion } from '../shell/tool-version.ts'
import { ownPlaces } from './user.ts'
import { remember } from './versions.ts'

/** All that probing may ask of a machine; tests hand in a tree of text. No answer is ever an exception. */
export interface World {
  /** `uname -m` */
  readonly arch: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Text of a file; null when it cannot be read. */
  read(path: string): string | null
  /** Names in a directory; empty when it cannot be listed. */
  list(path: string): readonly string[]
  /** Follows symlinks; null when there is nothing. */
  stat(path: string): Stat | null
  realpath(path: string): string | null
  /** The caller may write there. */
  writable(path: string): boolean
  /** First line that the tool prints for `--version`. */
  version(path: string): string
}

export interface Stat {
  readonly directory: boolean
  readonly executable: boolean
}

/** The machine we run on. Tool versions are asked once and kept in `cache`. */
export const machine = (cache: string = defaultCache()): World => ({
  arch: uname(),
  env: process.env,
  read: (path) => attempt(() => readFileSync(path, 'utf8'), null),
  list: (path) => attempt(() => readdirSync(path), []),
  stat: (path) =>
    attempt(() => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat ? { directory: stat.isDirectory(), executable: (stat.mode & 0o111) !== 0 } : null
    }, null),
  realpath: (path) => attempt(() => realpathSync.native(path), null),
  writable: (path) => attempt(() => accessSync(path, constants.W_OK) === undefined, false),
  version: remember(cache, toolVersion),
})

/** `cache/tools.json` below the data root. */
const defaultCache = (): string => {
  const { dataRoot } = ownPlaces(process.env, process.getuid?.() ?? 0)
  return `${process.env.BOXES_ROOT || dataRoot}/cache/tools.json`
}

const attempt = <T>(look: () => T, otherwise: T): T => {
  try {
    return look()
  } catch {
    return otherwise
  }
}
