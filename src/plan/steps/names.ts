import type { Box } from '../../spec/box.ts'
import type { About, Command, Step } from '../plan.ts'
import { hasUsers } from './user-namespace.ts'

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
      run: values.map(([name, value]) => set(box, name, value)),
      undo: [],
    },
  ]
}

/** The files in /proc take a write from the machine's own root only; the tool calls sethostname(2), which asks for the namespace's. */
function set(box: Box, name: string, value: string): Command {
  if (hasUsers(box)) return { run: [name, value] }
  return { write: `/proc/sys/kernel/${name}`, lines: [value] }
}
