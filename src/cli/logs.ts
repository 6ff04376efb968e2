import type { Io } from './io.ts'
import { runStored } from './stored.ts'

/** `boxes logs`: what the program of the box does. */
export function logs(
  io: Io,
  name: string,
  flags: { follow?: boolean; tail?: string | undefined },
): Promise<number> {
  const tail = flags.tail === undefined ? [] : ['-n', flags.tail]
  return runStored(io, name, ['logs', ...(flags.follow ? ['-f'] : []), ...tail])
}
