import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Answers of `ask`, kept in a file so that the next `boxes plan` starts no process. An entry holds for one path, size
 * and time of change (ctime too: a package may set the old mtime). A cache that cannot be read or written costs time, no more.
 */
export const remember = (file: string, ask: (path: string) => string): ((path: string) => string) => {
  let known: Record<string, string> | undefined
  return (path) => {
    const key = keyOf(path)
    known ??= read(file)
    const kept = known[key]
    if (kept !== undefined) return kept
    const answer = ask(path)
    if (answer === '') return answer
    known = { ...without(known, path), [key]: answer }
    write(file, known)
    return answer
  }
}

const keyOf = (path: string): string => {
  const stat = statSync(path, { throwIfNoEntry: false })
  return `${path} ${stat?.size} ${stat?.mtimeMs} ${stat?.ctimeMs}`
}

const without = (known: Record<string, string>, path: string): Record<string, string> =>
  Object.fromEntries(Object.entries(known).filter(([key]) => !key.startsWith(`${path} `)))

const read = (file: string): Record<string, string> => {
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof found !== 'object' || found === null) return {}
    return Object.fromEntries(Object.entries(found).filter(([, value]) => typeof value === 'string'))
  } catch {
    return {}
  }
}

const write = (file: string, known: Record<string, string>): void => {
  try {
    makeDirectory(dirname(file))
    const fresh = `${file}.${process.pid}`
    writeFileSync(fresh, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
    renameSync(fresh, file)
  } catch {
    // Read-only or full disk, or not ours: the tool is asked again next time.
  }
}

/** Not `recursive: true`: below /proc, where mkdir(2) says ENOENT though the parent exists, Node 20 tries for ever. */
const makeDirectory = (path: string): void => {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT') throw error
    makeDirectory(dirname(path))
    mkdirSync(path, { mode: 0o700 })
  }
}
