import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'
import { furnisher } from '../refs.ts'

export const about: About = {
  does: "Shows the box's terminal as /dev/console. It is a new one, made by script(1): what is typed into it can't be forged into the caller's.",
  kernel: 'pty(7); bind mount',
  man: 'script(1), pty(7), console(4)',
  without: 'Shells in the box would have no job control and no line editing.',
  docker: '-t',
}

export function console(box: Box): Step[] {
  if (!box.process.tty || box.namespaces.mount.mode !== 'private') return []
  return [
    {
      kind: 'console',
      title: 'Show the terminal as /dev/console',
      why: 'tty',
      where: 'init',
      run: [
        { capture: 'terminal', from: ['tty'] },
        { run: ['mount', '-N', furnisher, '--bind', ['/dev/.old', { ref: 'terminal' }], '/dev/console'] },
      ],
      undo: [],
    },
  ]
}
