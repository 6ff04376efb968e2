import { isSince } from '../../host/at-least.ts'
import type { Namespace, Volume } from '../box.ts'
import type { Context } from './context.ts'
import type { Placed } from './volumes.ts'

/** Volumes with mapped owners need a user namespace to map them by, and root of the host to do it. */
export function checkIdmaps(
  { host, error }: Context,
  user: Namespace,
  volumes: readonly Placed<Volume>[],
): void {
  for (const { path } of volumes.filter(({ idmap }) => idmap)) {
    if (user.mode === 'host')
      error(
        path,
        'conflict',
        'idmap maps by the user namespace of the box, and it has none of its own',
        'add uidMappings and gidMappings, or remove idmap',
      )
    if (!host.root)
      error(path, 'host', 'only root can mount with idmap', 'run boxes as root, or remove idmap')
    if (!isSince(host, [5, 12]))
      error(
        path,
        'host',
        'this kernel cannot map the owners of a mount',
        'it needs Linux 5.12; or remove idmap',
      )
  }
}
