import { enterWords } from './enter-words.ts'
import type { Io } from './io.ts'
import { runStored } from './stored.ts'

/** `boxes enter`: a further process in a running box. */
export async function enter(io: Io, argv: readonly string[]): Promise<number> {
  const { name, options, command } = enterWords(argv)
  return runStored(io, name, ['enter', ...options, '--', ...command], 125)
}
