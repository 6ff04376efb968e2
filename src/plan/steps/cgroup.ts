import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import { groupPath, hasLibcgroup, managed, v2Controllers } from '../cgroup/groups.ts'
import { trees } from '../cgroup/join.ts'
import { type Limit, limits } from '../cgroup/limits.ts'
import { asWord, deviceNumbers, limitValue } from '../cgroup/numbers.ts'
import type { About, Command, Part, Step, Word } from '../plan.ts'

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
  const wanted = limits(box, host)
  // libcgroup sets what is in the v1 trees of a hybrid host; the rest is written.
  const handled = ({ file }: Limit) => managed(box, host).includes(file.split('.')[0] ?? '')
  const why = [...new Set(wanted.map((limit) => limit.why).filter((field) => field !== 'always'))]
  return [
    {
      kind: 'cgroup',
      title: 'Make the control group',
      why: 'always',
      where: 'confine',
      run: make(box, host),
      undo: [{ call: 'remove_groups', args: [] }],
    },
    ...(wanted.length === 0
      ? []
      : [
          {
            kind: 'cgroup',
            title: 'Limit its resources',
            why: why.join(', ') || 'always',
            where: 'confine' as const,
            run: [
              ...deviceNumbers(wanted),
              ...(hasLibcgroup(host) && managed(box, host).length > 0
                ? [
                    ...set(box, wanted.filter(handled)),
                    ...write(
                      box,
                      host,
                      wanted.filter((one) => !handled(one)),
                    ),
                  ]
                : write(box, host, wanted)),
            ],
            undo: [],
          },
        ]),
  ]
}

function make(box: Box, host: Host): Command[] {
  const controllers = managed(box, host)
  const path = groupPath(box.name)
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
  const mounts = trees(host, controllers)
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
  return [v2, `${v2}/boxes`].map((group) => ({
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

function set(box: Box, wanted: readonly Limit[]): Command[] {
  if (wanted.length === 0) return []
  // cgset takes a file once in a call, and writes a value of several lines line by line.
  const values = new Map<string, Part[]>()
  for (const limit of wanted) {
    const before = values.get(limit.file)
    values.set(limit.file, [...(before ? [...before, '\n'] : []), ...limitValue(limit, wanted)])
  }
  const words = [...values].flatMap(([file, parts]): Word[] => ['-r', [`${file}=`, ...parts]])
  return [{ run: ['cgset', ...words, groupPath(box.name)] }]
}

function write(box: Box, host: Host, wanted: readonly Limit[]): Command[] {
  return wanted.flatMap((limit) => {
    const [controller = ''] = limit.file.split('.')
    const tree = host.cgroup.v1[controller] ?? host.cgroup.v2
    const file = `${tree}/${groupPath(box.name)}/${limit.file}`
    // One write a rule: the kernel takes one at a time.
    if (limit.device === undefined)
      return limit.value.split('\n').map((line): Command => ({ write: file, lines: [line] }))
    return [{ write: file, lines: [asWord(limitValue(limit, wanted))] }]
  })
}
