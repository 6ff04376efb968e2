import { lstatSync } from 'node:fs'
import { ownPlaces } from '../host/user.ts'
import { type Places, places } from '../state/places.ts'
import type { Io } from './io.ts'
import { Problem } from './problem.ts'

/** Where the caller's boxes are kept. Below /tmp anybody may have been there first: what they say of boxes is not read. */
export function placesOf({ env }: Io): Places {
  const uid = process.getuid?.() ?? 0
  const found = places(env, ownPlaces(env, uid))
  const owner = lstatSync(found.runRoot, { throwIfNoEntry: false })?.uid ?? uid
  if (uid === 0 || owner === uid) return found
  throw new Problem(`${found.runRoot} belongs to somebody else`, {
    remedy: 'set BOXES_RUN to a directory of your own',
    status: 125,
  })
}
