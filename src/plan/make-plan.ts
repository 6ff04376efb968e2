import type { Host } from '../host/host.ts'
import type { Box } from '../spec/box.ts'
import { constants } from './constants.ts'
import type { Plan } from './plan.ts'
import { cgroup } from './steps/cgroup.ts'
import { console } from './steps/console.ts'
import { detachHost } from './steps/detach-host.ts'
import { boundNodes, dev } from './steps/dev.ts'
import { enter } from './steps/enter.ts'
import { helper } from './steps/helper.ts'
import { ids } from './steps/ids.ts'
import { initFiles } from './steps/init-files.ts'
import { kernelFiles } from './steps/kernel-files.ts'
import { landlock, landlockApart } from './steps/landlock.ts'
import { launch } from './steps/launch.ts'
import { layer } from './steps/layer.ts'
import { loopback } from './steps/loopback.ts'
import { masks } from './steps/masks.ts'
import { mounts } from './steps/mounts.ts'
import { names } from './steps/names.ts'
import { namespaces } from './steps/namespaces.ts'
import { nestedMounts } from './steps/nested.ts'
import { connected, network, ownLoopback } from './steps/network.ts'
import { overlay, privateParent } from './steps/overlay.ts'
import { ownMasks } from './steps/own-masks.ts'
import { pivotRoot } from './steps/pivot-root.ts'
import { readOnlyRoot } from './steps/read-only-root.ts'
import { readOnlyView } from './steps/read-only-view.ts'
import { reaper } from './steps/reaper.ts'
import { records } from './steps/records.ts'
import { root } from './steps/root.ts'
import { runDirectory } from './steps/run-directory.ts'
import { sysctls } from './steps/sysctls.ts'
import { tmpfs } from './steps/tmpfs.ts'
import { mappedOwners, ownFiles, userNamespace } from './steps/user-namespace.ts'
import { mappedVolumes, volumeSources, volumes } from './steps/volumes.ts'

/** The steps that make a box, in order. Pure: the same box and host give the same plan. */
export function makePlan(box: Box, host: Host): Plan {
  const steps = [
    runDirectory(),
    layer(box),
    ids(box, host),
    userNamespace(box, host),
    network(box),
    root(box, host),
    volumeSources(box),
    kernelFiles(box, host),
    boundNodes(box, host),
    masks(box, host),
    initFiles(box, host),
    reaper(box, host),
    tmpfs(box),
    records(box, host),
    landlock(box),
    ownFiles(box, host),
    cgroup(box, host),
    privateParent(box),
    mappedOwners(box, host),
    mappedVolumes(box, host),
    overlay(box, host),
    dev(box, host),
    helper(box, host),
    pivotRoot(box, host),
    connected(box),
    namespaces(box, host),
    names(box),
    loopback(box),
    ownLoopback(box),
    sysctls(box),
    mounts(box),
    volumes(box),
    nestedMounts(box),
    console(box),
    readOnlyRoot(box),
    detachHost(box),
    landlockApart(box),
    ownMasks(box),
    readOnlyView(box, host),
    launch(box, host),
    enter(box, host),
  ]
  return { schema: 1, box, steps: steps.flat(), means: means(box, host), constants: constants(box, host) }
}

function means({ launcher }: Box, { tools }: Host): Plan['means'] {
  return {
    log: tools.stdbuf === undefined ? 'applets' : 'coreutils',
    lock: tools.flock === undefined && launcher === 'busybox' ? 'links' : 'flock',
  }
}
