import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'

export const about: About = {
  does: 'Writes down which ids of the host the box has for itself; where they were chosen for it (`userns_mode: auto`), first looks whether another box has them.',
  kernel: 'none: a file for each box, under the lock of all boxes',
  man: 'user_namespaces(7), subuid(5)',
  without:
    'Two boxes could be given the same ids, and one that gets out of its namespaces could signal and trace the other.',
  docker: 'podman --userns=auto',
}

export function ids(box: Box, host: Host): Step[] {
  const { ids: whose, uidMappings } = box.namespaces
  if (whose === 'shared') return []
  const { title, why, call } = ways[whose]
  const words = uidMappings
    .filter(({ hostID }) => host.root || hostID !== host.user.uid)
    .map(({ hostID, size }) => `${hostID} ${size}`)
  return [{ kind: 'ids', title, why, where: 'host', run: [{ call, args: words }], undo: [] }]
}

const ways = {
  alone: { title: 'Take ids that no other box has', why: 'userns_mode', call: 'take_ids' },
  told: { title: 'Write down its ids', why: 'uidMappings', call: 'tell_ids' },
} as const
