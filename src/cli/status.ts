import type { Io } from './io.ts'
import { placesOf } from './places-of.ts'
import { checked, hasProgram, runStored } from './stored.ts'

/** `boxes status`: as its program says; without one there is no box, and 4 is what the program would answer then. */
export async function status(io: Io, name: string): Promise<number> {
  if (hasProgram(placesOf(io), checked(name))) return runStored(io, name, ['status'])
  io.out('absent\n')
  return 4
}
