import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'

/**
 * Calls `use` with a file that holds the program and that nobody else may read or change; it goes afterwards, or when
 * `use` says so. It lies in the run directory, and a name that begins with a dot is no box's; what a killed `boxes`
 * left there for the same box is removed.
 */
export async function withProgramFile<T>(
  runRoot: string,
  name: string,
  text: string,
  use: (file: string, remove: () => void) => Promise<T>,
): Promise<T> {
  const directory = privateDirectory(runRoot)
  removeStale(directory, name)
  const file = `${directory}/.${name}.${process.pid}`
  const remove = () => rmSync(file, { force: true })
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
    return await use(file, remove)
  } finally {
    remove()
    if (directory !== runRoot) rmSync(directory, { recursive: true, force: true })
  }
}

/** Where we may not write the program's own message is the better one: it needs a file to say it from. */
function privateDirectory(runRoot: string): string {
  try {
    mkdirSync(runRoot, { recursive: true, mode: 0o700 })
    if (lstatSync(runRoot).uid === process.getuid?.()) return runRoot
  } catch {
    // told by the program
  }
  return mkdtempSync(`${tmpdir()}/boxes-`)
}

function removeStale(directory: string, name: string): void {
  for (const entry of readdirSync(directory)) {
    const pid = entry.startsWith(`.${name}.`) ? entry.slice(name.length + 2) : ''
    if (!/^\d+$/.test(pid)) continue
    if (pid === `${process.pid}` || !existsSync(`/proc/${pid}`))
      rmSync(`${directory}/${entry}`, { force: true })
  }
}
