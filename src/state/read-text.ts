import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Text of a file; null when it is not there. State may vanish while it is read: that is no error. */
export const readText = (path: string): string | null =>
  attempt(() => readFileSync(path, 'utf8'), null, permitted)

/** Names in a directory, sorted; none when there is no such directory. */
export const list = (path: string): readonly string[] =>
  attempt(() => readdirSync(path).sort(), [], permitted)

export const readLink = (path: string): string | null => attempt(() => readlinkSync(path), null)

/** To whom boxes are closed must not be told that there are none. */
const permitted = (error: NodeJS.ErrnoException): void => {
  if (error.code === 'EACCES') throw error
}

const attempt = <T>(look: () => T, otherwise: T, check = (_: NodeJS.ErrnoException) => {}): T => {
  try {
    return look()
  } catch (error) {
    check(error as NodeJS.ErrnoException)
    return otherwise
  }
}
