import type { Part, Ref, Word } from '../plan/plan.ts'
import { quote } from './quote.ts'

const bare = /^[A-Za-z0-9_./:=@%+,-]*$/

/** A word as shell text: literals quoted once, here; variables always in double quotes. */
export function printWord(word: Word): string {
  const parts = joined(Array.isArray(word) ? word : [word as Part])
  if (parts.every((part) => typeof part === 'string')) return quote(parts.join(''))
  if (parts.every((part) => typeof part !== 'string' || bare.test(part)))
    return `"${parts.map(inside).join('')}"`
  return parts.map((part) => (typeof part === 'string' ? quote(part) : `"${variable(part, '')}"`)).join('')
}

/** Neighbouring literals become one, so that each is quoted once. */
function joined(parts: readonly Part[]): Part[] {
  const list: Part[] = []
  for (const part of parts) {
    const last = list.at(-1)
    if (typeof part === 'string' && typeof last === 'string') list[list.length - 1] = last + part
    else list.push(part)
  }
  return list
}

function inside(part: Part, index: number, parts: readonly Part[]): string {
  if (typeof part === 'string') return part
  const next = parts[index + 1]
  return variable(part, typeof next === 'string' ? next : '')
}

function variable({ ref }: Ref, next: string): string {
  return /^[A-Za-z0-9_]/.test(next) ? `\${${ref}}` : `$${ref}`
}
