import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'

export const about: About = {
  does: "Brings up the loopback interface of the box's own network: the only one that it has.",
  kernel: 'network namespaces; netlink RTM_NEWLINK',
  man: 'network_namespaces(7), ip-link(8)',
  without: 'Programs in the box could not reach each other over 127.0.0.1.',
  docker: '--network none',
}

/** Beside the mounts; `launch` waits for it. */
export function loopback(box: Box): Step[] {
  if (box.namespaces.network.mode !== 'private') return []
  return [
    {
      kind: 'loopback',
      title: 'Bring up the loopback',
      why: 'network_mode',
      where: 'init',
      run: [{ run: ['ip', 'link', 'set', 'lo', 'up'], background: 'loopback' }],
      undo: [],
    },
  ]
}
