import { probe } from '../host/probe.ts'
import { groups } from '../plan/cgroup/groups.ts'
import { inspect as inspectBox } from '../state/inspect.ts'
import { look } from '../state/look.ts'
import type { Io } from './io.ts'
import { placesOf } from './places-of.ts'
import { noSuchBox, tell } from './problem.ts'
import { checked } from './stored.ts'

/** `boxes inspect`: a JSON array with all there is to know of each box; status 1 when one is not there. */
export async function inspect(io: Io, names: readonly string[]): Promise<number> {
  const where = placesOf(io)
  const missing = names.filter((name) => look(where, checked(name)).state === 'absent')
  const found = names.filter((name) => !missing.includes(name))
  const host = probe()
  io.out(
    `${JSON.stringify(
      found.map((name) => inspectBox(where, name, groups(name, host))),
      null,
      2,
    )}\n`,
  )
  for (const name of missing) io.err(tell(noSuchBox(name)).text)
  return missing.length > 0 ? 1 : 0
}
