import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { afterAll } from '@jest/globals'
import type { Places } from '../../src/state/places.ts'

const made: string[] = []
afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true })
})

/** Places below a new directory, with files in them; a fake /proc of boot `here`, up for 5000 s. */
export function fakePlaces(files: Readonly<Record<string, string>> = {}): Places & { root: string } {
  const root = mkdtempSync(`${tmpdir()}/boxes-state-`)
  made.push(root)
  const all = {
    'proc/sys/kernel/random/boot_id': 'here\n',
    'proc/uptime': '5000.25 9000.00\n',
    'proc/stat': 'cpu 1\nbtime 1700000000\n',
    ...files,
  }
  for (const [file, text] of Object.entries(all)) {
    mkdirSync(dirname(`${root}/${file}`), { recursive: true })
    writeFileSync(`${root}/${file}`, text)
  }
  return { root, runRoot: `${root}/run`, dataRoot: `${root}/data`, proc: `${root}/proc` }
}

/** /proc/PID/stat of a process whose name is out to mislead. */
export const stat = (pid: number, started: number, state = 'S'): string =>
  `${pid} (a) R ) (b) ${state} ${Array.from({ length: 18 }, (_, index) => index).join(' ')} ${started} 0 0\n`

export function fakeNamespace(root: string, pid: number, kind: string, inode: number): void {
  mkdirSync(`${root}/proc/${pid}/ns`, { recursive: true })
  symlinkSync(`${kind.replace(/_.*/, '')}:[${inode}]`, `${root}/proc/${pid}/ns/${kind}`)
}
