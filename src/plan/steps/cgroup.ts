import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import { groupPath, hasLibcgroup, managed, scopePath, v2Controllers } from '../cgroup/groups.ts'
import { treesWith } from '../cgroup/join.ts'
import { type Limit, limits } from '../cgroup/limits.ts'
import { asWord, deviceNumbers, limitValue } from '../cgroup/numbers.ts'
import { isShare, makeScope } from '../cgroup/scope.ts'
import type { About, Command, Step, Where, Word } from '../plan.ts'

export const about: About = {
  does: 'Makes a control group for the box and writes its limits.',
  kernel: 'cgroups v1 and v2: mkdir and writes in the cgroup file system',
  man: 'cgroups(7), cgcreate(1), cgset(1)',
  without: "One box could take all of the machine's memory, processor time or process numbers.",
  docker: '--cpus, --memory, --pids-limit, --blkio-weight, --device-cgroup-rule …',
}

/** The group always; its limits as the spec asks, each with the field that did. */
export function cgroup(box: Box, host: Host): Step[] {
  if (host.cgroup.version === 'none') return []
  const all = limits(box, host)
  const scope = host.cgroup.manager !== null
  const wanted = scope ? all.filter((limit) => !isShare(limit)) : all
  const set = forCgset(box, host, wanted)
  // systemd's scope begins with a process in it, so it is made by the one that will be the monitor.
  const where: Where = scope ? 'scope' : 'confine'
  return [
    {
      kind: 'cgroup',
      title: 'Make the control group',
      why: scope ? reasons(all.filter(isShare)) : 'always',
      where,
      run: scope ? [makeScope(all), ...enable(box, host)] : make(box, host),
      undo: [{ call: 'remove_groups', args: [] }],
    },
    ...(wanted.length === 0
      ? []
      : [
          {
            kind: 'cgroup',
            title: 'Limit its resources',
            why: reasons(wanted),
            where,
            run: [
              ...deviceNumbers(wanted),
              ...cgset(groupPath(box.name, host), set, wanted),
              ...write(
                box,
                host,
                wanted.filter((limit) => !set.includes(limit)),
                wanted,
              ),
            ],
            undo: [],
          },
        ]),
  ]
}

function reasons(wanted: readonly Limit[]): string {
  return (
    [...new Set(wanted.map(({ why }) => why).filter((field) => field !== 'always'))].join(', ') || 'always'
  )
}

function make(box: Box, host: Host): Command[] {
  const controllers = managed(box, host)
  const path = groupPath(box.name, host)
  const cpuset =
    controllers.includes('cpuset') && host.cgroup.version !== 'v2'
      ? inheritCpuset(host.cgroup.v1.cpuset ?? '')
      : []
  if (hasLibcgroup(host) && controllers.length > 0) {
    const list = controllers.join(',')
    // On v2 cgcreate makes no missing parents.
    const parent: Command[] =
      host.cgroup.version === 'v2' ? [{ run: ['cgcreate', '-g', `${list}:boxes`] }] : []
    const unified: Command[] =
      host.cgroup.version === 'hybrid' ? [{ run: ['mkdir', '-p', `${host.cgroup.v2}/${path}`] }] : []
    const enabled = host.cgroup.version === 'hybrid' ? enable(box, host) : []
    return [...parent, ...unified, ...enabled, { run: ['cgcreate', '-g', `${list}:${path}`] }, ...cpuset]
  }
  const mounts = treesWith(host, controllers)
  return [
    { run: ['mkdir', '-p', ...mounts.map((mount) => `${mount}/${path}`)] },
    ...enable(box, host),
    ...cpuset,
  ]
}

/** A controller of the v2 tree is enabled from the root down; a hybrid host may have one there. */
function enable(box: Box, host: Host): Command[] {
  const { v2 } = host.cgroup
  const words = v2Controllers(box, host).map((controller) => `+${controller}`)
  if (v2 === null || words.length === 0) return []
  const inner = host.cgroup.manager === null ? [v2, `${v2}/boxes`] : [`${v2}/${scopePath(box.name)}`]
  return inner.map((group) => ({
    write: `${group}/cgroup.subtree_control`,
    lines: [words.join(' ')],
  }))
}

/** A v1 cpuset group begins empty, and takes no process until its parent and it have processors and memory. */
function inheritCpuset(tree: string): Command[] {
  return ['cpus', 'mems'].flatMap((what): Command[] => [
    { capture: 'inherited', from: ['cat', `${tree}/cpuset.${what}`] },
    { write: `${tree}/boxes/cpuset.${what}`, lines: [{ ref: 'inherited' }] },
  ])
}

/** Limits of which libcgroup's tool sets each in one word of one call. */
function forCgset(box: Box, host: Host, wanted: readonly Limit[]): Limit[] {
  if (!hasLibcgroup(host)) return []
  // Those in the v1 trees of a hybrid host, not what its v2 tree has.
  const handled = managed(box, host)
  // It takes a file once, and from 3.0 on drops a value of several lines without a word, with status 0.
  const lines = (file: string) =>
    wanted.filter((limit) => limit.file === file).flatMap(({ value }) => value.split('\n'))
  return wanted.filter(({ file }) => handled.includes(file.split('.')[0] ?? '') && lines(file).length === 1)
}

function cgset(path: string, chosen: readonly Limit[], wanted: readonly Limit[]): Command[] {
  if (chosen.length === 0) return []
  const words = chosen.flatMap((limit): Word[] => ['-r', [`${limit.file}=`, ...limitValue(limit, wanted)]])
  return [{ run: ['cgset', ...words, path] }]
}

function write(box: Box, host: Host, chosen: readonly Limit[], wanted: readonly Limit[]): Command[] {
  return chosen.flatMap((limit) => {
    const [controller = ''] = limit.file.split('.')
    const tree = host.cgroup.v1[controller] ?? host.cgroup.v2
    const file = `${tree}/${groupPath(box.name, host)}/${limit.file}`
    // One write a rule: the kernel takes one at a time.
    if (limit.device === undefined)
      return limit.value.split('\n').map((line): Command => ({ write: file, lines: [line] }))
    return [{ write: file, lines: [asWord(limitValue(limit, wanted))] }]
  })
}
