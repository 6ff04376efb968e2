import type { CgroupFacts } from '../../host/host.ts'
import type { Path } from '../spec.ts'
import type { Context } from './context.ts'

/** What a limit is held by: a controller and, by version, the files that hold it (one of them is enough). */
export interface Holder {
  readonly controller: string
  readonly v1: readonly string[]
  readonly v2: readonly string[]
}

/** True when this host can hold the limit; else an error that names the controller and the way to enable it. */
export function holds({ host, error }: Context, path: Path, holder: Holder): boolean {
  const { cgroup } = host
  const { controller } = holder
  const version = versionOf(cgroup, controller)
  const name = controller === 'io' && cgroup.version === 'v1' ? 'blkio' : controller
  if (version === null) {
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
  const rootless = `or have it delegated: systemctl set-property user@$UID.service Delegate=${controller}`
  if (controller === 'memory') return `boot with cgroup_enable=memory, ${rootless}`
  return `boot with cgroup_enable=${controller} (or a kernel that has it), ${rootless}`
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
