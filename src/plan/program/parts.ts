import { nested } from '../nested.ts'
import type { Plan } from '../plan.ts'
import { isConnected } from '../steps/network.ts'
import { hasUsers } from '../steps/user-namespace.ts'
import applets from './applets.sh'
import coreutils from './coreutils.sh'
import flock from './flock.sh'
import launch from './launch.sh'
import { launcherText } from './launcher/launcher.ts'
import links from './links.sh'
import mounts from './mounts.sh'
import network from './network.sh'
import paths from './paths.sh'
import put from './put.pl'
import rootless from './rootless.sh'
import scope from './scope.sh'
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
export function parts({ box, means, constants }: Plan): Parts {
  const own = [
    { flock, links }[means.lock],
    { coreutils, applets }[means.log],
    ...(constants.uid_map === undefined ? [] : [rootless]),
    ...(constants.scope === undefined ? [] : [scope]),
    ...(isConnected(box) ? [network] : []),
  ]
  if (box.launcher !== 'perl')
    return {
      texts: box.launcher === 'busybox' ? [['MOUNTS', mounts]] : [],
      shells: [...own, paths, launch],
    }
  return {
    texts: [
      ['LAUNCHER', launcherText(box)],
      ['TARGETS', targets],
      ...(nested(box).length === 0 ? [] : [['PUT', put] as const]),
      ...(!hasUsers(box) ? [] : [['USER', user] as const]),
    ],
    shells: [...own, withPerl],
  }
}
