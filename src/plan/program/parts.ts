import { nested } from '../nested.ts'
import type { Plan } from '../plan.ts'
import applets from './applets.sh'
import coreutils from './coreutils.sh'
import flock from './flock.sh'
import launch from './launch.sh'
import launcher from './launcher.pl'
import links from './links.sh'
import mounts from './mounts.sh'
import paths from './paths.sh'
import put from './put.pl'
import targets from './targets.pl'
import user from './user.pl'
import withPerl from './with-perl.sh'

interface Parts {
  /** Programs that the frame hands to an interpreter: the variable's name, and the text. */
  readonly texts: readonly (readonly [string, string])[]
  /** Functions beside the frame's. */
  readonly shells: readonly string[]
}

/** What a program holds beside the frame: only what its box and its host's tools need. */
export function parts({ box, means }: Plan): Parts {
  const own = [{ flock, links }[means.lock], { coreutils, applets }[means.log]]
  if (box.launcher !== 'perl')
    return {
      texts: box.launcher === 'busybox' ? [['MOUNTS', mounts]] : [],
      shells: [...own, paths, launch],
    }
  return {
    texts: [
      ['LAUNCHER', launcher],
      ['TARGETS', targets],
      ...(nested(box).length === 0 ? [] : [['PUT', put] as const]),
      ...(box.namespaces.user.mode === 'host' ? [] : [['USER', user] as const]),
    ],
    shells: [...own, withPerl],
  }
}
