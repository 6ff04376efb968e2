import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { machine as uname } from 'node:os'
import { toolVersion } from '../shell/tool-version.ts'
import { defaultCache, remember } from './versions.ts'

/** All that probing may ask of a machine; tests hand in a tree of text. No answer is ever an exception. */
export interface World {
  /** `uname -m` */
  readonly arch: string
  /** Text of a file; null when it cannot be read. */
  read(path: string): string | null
  /** Names in a directory; empty when it cannot be listed. */
  list(path: string): readonly string[]
  /** Follows symlinks; null when there is nothing. */
  stat(path: string): Stat | null
  realpath(path: string): string | null
  /** First line that the tool prints for `--version`. */
  version(path: string): string
}

export interface Stat {
  readonly directory: boolean
  readonly executable: boolean
}

/** The machine we run on. Tool versions are asked once and kept in `cache`. */
export const machine = (cache: string = defaultCache(process.env, process.getuid?.() === 0)): World => ({
  arch: uname(),
  read: (path) => attempt(() => readFileSync(path, 'utf8'), null),
  list: (path) => attempt(() => readdirSync(path), []),
  stat: (path) =>
    attempt(() => {
      const stat = statSync(path, { throwIfNoEntry: false })
      return stat ? { directory: stat.isDirectory(), executable: (stat.mode & 0o111) !== 0 } : null
    }, null),
  realpath: (path) => attempt(() => realpathSync.native(path), null),
  version: remember(cache, toolVersion),
})

const attempt = <T>(look: () => T, otherwise: T): T => {
  try {
    return look()
  } catch {
    return otherwise
  }
}
