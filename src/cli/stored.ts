import { statSync } from 'node:fs'
import { runProgram } from '../shell/run-program.ts'
import { isBoxName, type Places, programOf } from '../state/places.ts'
import type { Io } from './io.ts'
import { placesOf } from './places-of.ts'
import { noSuchBox, Problem, tell } from './problem.ts'

/** Runs a verb of a box's stored program: what bin/boxes does without Node whenever it can. */
export async function runStored(io: Io, name: string, args: readonly string[], status = 1): Promise<number> {
  const where = placesOf(io)
  if (!hasProgram(where, name)) throw noSuchBox(checked(name), status)
  return runProgram(programOf(where, name), { args, env: io.env })
}

/** The same for several boxes, one after the other, whatever becomes of one; the last bad status is ours. */
export async function forEach(
  io: Io,
  names: readonly string[],
  run: (name: string) => Promise<number>,
): Promise<number> {
  let status = 0
  for (const name of names) {
    const one = await run(name).catch((error: unknown) => {
      const told = tell(error)
      io.err(told.text)
      return told.status
    })
    status = one || status
  }
  return status
}

/** An empty one, which a loss of power can leave, would do nothing and be happy. */
export const hasProgram = (where: Places, name: string): boolean =>
  isBoxName(name) && (statSync(programOf(where, name), { throwIfNoEntry: false })?.size ?? 0) > 0

/** A name that no box can have is a wrong call. */
export function checked(name: string): string {
  if (isBoxName(name)) return name
  throw new Problem(`${JSON.stringify(name)} cannot be the name of a box`, {
    remedy: 'a name has 1 to 63 of A-Z a-z 0-9 _ . - and does not begin with . or -',
    status: 2,
  })
}
