import type { Io } from './io.ts'
import { forEach, runStored } from './stored.ts'

/** `boxes stop`: what the program of each box does. */
export function stop(io: Io, names: readonly string[], time: string | undefined): Promise<number> {
  const args = ['stop', ...(time === undefined ? [] : ['-t', time])]
  return forEach(io, names, (name) => runStored(io, name, args))
}
