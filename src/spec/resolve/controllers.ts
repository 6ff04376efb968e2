import type { CgroupFacts } from '../../host/host.ts'
import { delegation } from '../../host/ordinary.ts'
import { pathText } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import type { Context } from './context.ts'

/** What a limit is held by: a controller and, by version, the files that hold it (one of them is enough). */
export interface Holder {
  readonly controller: string
  readonly v1: readonly string[]
  readonly v2: readonly string[]
}

/**
 * True when this host can hold the limit; else an error that names the controller and the way to enable it. To an ordinary user controllers
 * are delegated: a limit whose controller is not is a note, and is not written.
 */
export function holds(context: Context, path: Path, holder: Holder): boolean {
  const { host, error } = context
  const { cgroup } = host
  const { controller } = holder
  const version = versionOf(cgroup, controller)
  const name = controller === 'io' && cgroup.version === 'v1' ? 'blkio' : controller
  if (version === null) {
    if (!host.root) return notDelegated(context, path, name)
    const way =
      cgroup.version === 'none' ? 'mount a cgroup file system: boxes doctor shows how' : enable(name)
    error(path, 'host', `the controller "${name}" is not there`, way)
    return false
  }
  const files = holder[version]
  if (files.length === 0) {
    const only = version === 'v2' ? 'v1' : 'v2'
    error(
      path,
      'host',
      `cgroup ${version} cannot hold this: the controller "${name}" has it on ${only} only`,
      'remove it',
    )
    return false
  }
  if (files.some((file) => cgroup.files.includes(file))) return true
  error(
    path,
    'host',
    `the controller "${name}" has no file ${files.join(' or ')} here`,
    remedies[files[0] ?? ''] ?? kernel,
  )
  return false
}

export function notDelegated({ host, note }: Context, path: Path, controller: string): false {
  note(
    `${pathText(path)}: not held: the controller "${controller}" is not delegated to you; ${delegation(host.cgroup)}`,
  )
  return false
}

/** As `holds`, without an error. */
export function canHold(cgroup: CgroupFacts, { controller, ...files }: Holder): boolean {
  const version = versionOf(cgroup, controller)
  return version !== null && files[version].some((file) => cgroup.files.includes(file))
}

/** On hybrid hosts a controller is in one tree only. */
function versionOf(cgroup: CgroupFacts, controller: string): 'v1' | 'v2' | null {
  if (Object.hasOwn(cgroup.v1, controller === 'io' ? 'blkio' : controller)) return 'v1'
  return cgroup.v2Controllers.includes(controller) ? 'v2' : null
}

function enable(controller: string): string {
  if (controller === 'memory') return 'boot with cgroup_enable=memory'
  return `boot with cgroup_enable=${controller}, or use a kernel that has it`
}

const kernel = 'use a kernel that has it, or remove the limit'
const bfq = 'load the bfq I/O scheduler (modprobe bfq), or remove it'
const remedies: Readonly<Record<string, string>> = {
  'memory.memsw.limit_in_bytes': 'boot with swapaccount=1, or remove it',
  'memory.swap.max': 'use a kernel with swap accounting (CONFIG_SWAP), or remove it',
  'blkio.bfq.weight': bfq,
  'blkio.bfq.weight_device': bfq,
  'io.bfq.weight': bfq,
  'cpu.cfs_quota_us': 'use a kernel with CONFIG_CFS_BANDWIDTH, or remove it',
  'cpu.max': 'use a kernel with CONFIG_CFS_BANDWIDTH, or remove it',
}
