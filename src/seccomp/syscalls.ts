import { AARCH64, ELSEWHERE, X86_64 } from './syscall-tables.ts'

/** As in `uname -m`. */
export type Arch = 'x86_64' | 'aarch64'

/** Name → number of every call up to Linux 6.18. */
export function syscallNumbers(arch: Arch): ReadonlyMap<string, number> {
  return tables(arch).numbers
}

/** Number → name. */
export function syscallNames(arch: Arch): ReadonlyMap<number, string> {
  return tables(arch).names
}

/** True for a call of any machine that Linux runs on: a name that is not one is newer than 6.18, or a typing mistake. */
export function isSyscall(name: string): boolean {
  elsewhere ??= new Set(words(ELSEWHERE))
  return elsewhere.has(name) || tables('x86_64').numbers.has(name) || tables('aarch64').numbers.has(name)
}

interface Tables {
  readonly numbers: ReadonlyMap<string, number>
  readonly names: ReadonlyMap<number, string>
}

const read = new Map<Arch, Tables>()
let elsewhere: ReadonlySet<string> | undefined

function tables(arch: Arch): Tables {
  const known = read.get(arch)
  if (known !== undefined) return known
  const numbers = new Map<string, number>()
  let next = 0
  for (const word of words(arch === 'x86_64' ? X86_64 : AARCH64)) {
    if (/^\d/.test(word)) next = Number(word)
    else numbers.set(word, next++)
  }
  const made = { numbers, names: new Map([...numbers].map(([name, number]) => [number, name])) }
  read.set(arch, made)
  return made
}

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}
