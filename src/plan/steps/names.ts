import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'

export const about: About = {
  does: 'Sets the host name and domain name of the UTS namespace.',
  kernel: 'sethostname(2), setdomainname(2), through /proc/sys/kernel',
  man: 'uts_namespaces(7), hostname(7)',
  without: "The box would carry the host's name.",
  docker: '--hostname, --domainname',
}

export function names(box: Box): Step[] {
  const { hostname, domainname } = box.process
  const values = [
    ['hostname', hostname],
    ['domainname', domainname],
  ].filter((pair): pair is [string, string] => pair[1] !== null)
  if (box.namespaces.uts.mode !== 'private' || values.length === 0) return []
  return [
    {
      kind: 'names',
      title: 'Name the machine',
      why: 'hostname, domainname',
      where: 'init',
      run: values.map(([name, value]) => ({ write: `/proc/sys/kernel/${name}`, lines: [value] })),
      undo: [],
    },
  ]
}
