import type { About } from './plan.ts'
import { about as cgroup } from './steps/cgroup.ts'
import { about as console } from './steps/console.ts'
import { about as detachHost } from './steps/detach-host.ts'
import { about as dev } from './steps/dev.ts'
import { about as enter } from './steps/enter.ts'
import { about as helper } from './steps/helper.ts'
import { about as ids } from './steps/ids.ts'
import { about as initFiles } from './steps/init-files.ts'
import { about as kernelFiles } from './steps/kernel-files.ts'
import { about as landlock } from './steps/landlock.ts'
import { about as launch } from './steps/launch.ts'
import { about as layer } from './steps/layer.ts'
import { about as loopback } from './steps/loopback.ts'
import { about as masks } from './steps/masks.ts'
import { about as mounts } from './steps/mounts.ts'
import { about as names } from './steps/names.ts'
import { about as namespaces } from './steps/namespaces.ts'
import { about as nested } from './steps/nested.ts'
import { about as network } from './steps/network.ts'
import { about as overlay } from './steps/overlay.ts'
import { about as ownMasks } from './steps/own-masks.ts'
import { about as pivotRoot } from './steps/pivot-root.ts'
import { about as readOnlyRoot } from './steps/read-only-root.ts'
import { about as readOnlyView } from './steps/read-only-view.ts'
import { about as reaper } from './steps/reaper.ts'
import { about as records } from './steps/records.ts'
import { about as root } from './steps/root.ts'
import { about as runDirectory } from './steps/run-directory.ts'
import { about as sysctls } from './steps/sysctls.ts'
import { about as tmpfs } from './steps/tmpfs.ts'
import { about as userNamespace } from './steps/user-namespace.ts'
import { about as volumes } from './steps/volumes.ts'

/** What there is to know of each kind of step, by its name in the plan. */
const aboutKinds: Readonly<Record<string, About>> = {
  cgroup,
  console,
  'detach-host': detachHost,
  dev,
  enter,
  helper,
  ids,
  'init-files': initFiles,
  'kernel-files': kernelFiles,
  landlock,
  launch,
  layer,
  loopback,
  masks,
  mounts,
  names,
  namespaces,
  nested,
  network,
  overlay,
  'own-masks': ownMasks,
  'pivot-root': pivotRoot,
  'read-only-root': readOnlyRoot,
  'read-only-view': readOnlyView,
  reaper,
  records,
  root,
  'run-directory': runDirectory,
  sysctls,
  tmpfs,
  'user-namespace': userNamespace,
  volumes,
}

/** Throws when a kind of step has no line above. */
export function aboutOf(kind: string): About {
  const about = aboutKinds[kind]
  if (about === undefined) throw new Error(`no step kind ${kind}`)
  return about
}
