import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Text of a file; null when it is not there or not for us. State may vanish while it is read: that is no error. */
export const readText = (path: string): string | null => attempt(() => readFileSync(path, 'utf8'), null)

/** Names in a directory, sorted; none when there is no such directory. */
export const list = (path: string): readonly string[] => attempt(() => readdirSync(path).sort(), [])

export const readLink = (path: string): string | null => attempt(() => readlinkSync(path), null)

const attempt = <T>(look: () => T, otherwise: T): T => {
  try {
    return look()
  } catch {
    return otherwise
  }
}
