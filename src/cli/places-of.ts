import { ownPlaces } from '../host/user.ts'
import { type Places, places } from '../state/places.ts'
import type { Io } from './io.ts'

/** Where the caller's boxes are kept. */
export const placesOf = ({ env }: Io): Places => places(env, ownPlaces(env, process.getuid?.() ?? 0))
