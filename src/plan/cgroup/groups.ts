import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'

/** Controllers that every box gets where the host has them: to limit, to account, to freeze. */
const always = ['cpu', 'cpuacct', 'memory', 'pids', 'devices', 'freezer', 'blkio', 'io']

/** The v1 controllers of a box, in the host's order. */
export function v1Controllers(box: Box, host: Host): string[] {
  return Object.keys(host.cgroup.v1).filter(
    (controller) => always.includes(controller) || asked(box, controller),
  )
}

/** The v2 controllers of a box; none on a hybrid host whose v2 tree has none. */
export function v2Controllers(box: Box, host: Host): string[] {
  return host.cgroup.v2Controllers.filter(
    (controller) => always.includes(controller) || asked(box, controller),
  )
}

function asked({ resources }: Box, controller: string): boolean {
  if (controller === 'cpuset') return resources.cpuset !== null || resources.cpusetMems !== null
  if (controller === 'hugetlb') return resources.hugetlb.length > 0
  return resources.unified.some(([file]) => file.startsWith(`${controller}.`))
}

/** Directories of a box's group in every tree, whatever its controllers: so that an undo finds all of them. */
export function groups(name: string, host: Host): string[] {
  return trees(host).map((tree) => `${tree}/${groupPath(name, host)}`)
}

/** Directories that boxes have their groups below, whatever the controllers. */
export function trees({ cgroup }: Host): string[] {
  const mounts = Object.entries(cgroup.v1)
    .filter(([controller]) => !controller.startsWith('name='))
    .map(([, mount]) => mount)
  return [...new Set(cgroup.v2 === null ? mounts : [...mounts, cgroup.v2])]
}

/** Path of a group below each tree. One that systemd has delegated may hold processes in its leaves only: the box is one of them. */
export function groupPath(name: string, { cgroup }: Host): string {
  return cgroup.manager === null ? `boxes/${name}` : `${scopePath(name)}/box`
}

/** Path of the box's unit below the tree: what it delegates lies below. */
export function scopePath(name: string): string {
  return `boxes.slice/${scopeOf(name)}`
}

/** Name of the box's unit. */
export function scopeOf(name: string): string {
  return `boxes-${name}.scope`
}

/** True when libcgroup's tools carry out the work; else plain writes do. It knows nothing of systemd. */
export function hasLibcgroup(host: Host): boolean {
  if (host.cgroup.manager !== null) return false
  return ['cgcreate', 'cgset', 'cgexec'].every((tool) => tool in host.tools)
}

/** Controllers that libcgroup handles here, as its `-g` option takes them. */
export function managed(box: Box, host: Host): string[] {
  return host.cgroup.version === 'v2' ? v2Controllers(box, host) : v1Controllers(box, host)
}
