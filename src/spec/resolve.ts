import type { Host } from '../host/host.ts'
import { launcherOf } from '../host/launcher.ts'
import type { Box } from './box.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Inputs } from './inputs.ts'
import type { ReadSpec } from './read.ts'
import { report } from './resolve/context.ts'
import { resolveEnvironment } from './resolve/environment.ts'
import { resolveIdentity } from './resolve/identity.ts'
import { resolveLandlock } from './resolve/landlock.ts'
import { checkLauncher, launchable } from './resolve/launcher.ts'
import { resolveLayer } from './resolve/layer.ts'
import { resolveMounts } from './resolve/mounts.ts'
import { resolveNamespaces } from './resolve/namespaces.ts'
import { resolveNetwork } from './resolve/network.ts'
import { resolvePaths } from './resolve/paths.ts'
import { resolvePrivileges } from './resolve/privileges.ts'
import { resolveProcess } from './resolve/process.ts'
import { resolveResources } from './resolve/resources.ts'
import { resolveRootfs } from './resolve/rootfs.ts'

/** What a spec means on this host, or everything that is wrong with it. Pure: the world is in `inputs` and `host`. */
export function resolve(
  { spec, at }: ReadSpec,
  inputs: Inputs,
  host: Host,
): { readonly box: Box } | { readonly errors: readonly Diagnostic[] } {
  const { errors, notes, ...say } = report(at)
  const context = { spec, inputs, host, ...say }

  const { name, labels } = resolveIdentity(context)
  const launcher = launcherOf(host)
  const namespaces = launchable(context, launcher, resolveNamespaces(context, name))
  const rootfs = resolveRootfs(context, namespaces)
  const privileges = resolvePrivileges(context, namespaces)
  const mounts = resolveMounts(context, namespaces)
  const landlock = resolveLandlock(context, { namespaces, mounts, noNewPrivs: privileges.noNewPrivs })
  const process = resolveProcess(context, name, namespaces)
  const box: Box = {
    name,
    source: { path: inputs.file, sha256: inputs.digest },
    labels,
    paths: resolvePaths(context, name),
    launcher,
    namespaces,
    rootfs,
    layer: resolveLayer(context, rootfs),
    mounts,
    network: resolveNetwork(context, process.hostname, privileges.capabilities),
    process: { ...process, environment: resolveEnvironment(context, process, namespaces) },
    privileges: { ...privileges, landlock },
    resources: resolveResources(context),
    notes,
  }
  checkLauncher(context, box)
  return errors.length > 0 ? { errors } : { box }
}
