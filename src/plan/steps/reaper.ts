import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'
import { fstab } from '../refs.ts'

export const about: About = {
  does: "Shows a small reaper of the host's in the box, read-only: it is PID 1 there, passes signals on and collects dead children.",
  kernel: 'bind mount; PID 1 of a pid namespace adopts orphans',
  man: 'tini(1), pid_namespaces(7)',
  without: 'Orphans of a command that does not wait for them would stay as zombies.',
  docker: '--init',
}

/** Static ones only: the box may hold no dynamic loader. */
const reapers = ['tini-static', 'catatonit', 'docker-init']

export function reaper(box: Box, host: Host): Step[] {
  const tool = findReaper(host)
  if (!box.process.init || tool === undefined) return []
  const options = ['bind', 'ro', 'nosuid', 'nodev']
  return [
    {
      kind: 'reaper',
      title: 'List the reaper',
      why: 'init',
      where: 'host',
      run: [fstab({ source: `/dev/.old${tool}`, target: '/dev/init', type: 'none', options })],
      undo: [],
    },
  ]
}

function findReaper({ tools }: Host): string | undefined {
  return reapers.flatMap((name) => tools[name]?.path ?? [])[0]
}
