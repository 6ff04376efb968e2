import type { About, Step } from '../plan.ts'
import { data, run, self } from '../refs.ts'

export const about: About = {
  does: "Makes the box's directories, keeps the program's own text there for every later verb, and makes the pipes over which its parts speak.",
  kernel: 'mkdir(2), mkfifo(3)',
  man: 'mkfifo(1), fifo(7)',
  without: 'enter, stop and down would have nothing to go by.',
  docker: '/run/docker, /var/lib/docker/containers',
}

export function runDirectory(): Step[] {
  return [
    {
      kind: 'run-directory',
      title: 'Make its directories',
      why: 'always',
      where: 'host',
      run: [
        { run: ['mkdir', '-p', [run, '/root'], [data, '/upper'], [data, '/work']] },
        { note: 'The upper directory gives the root its mode; those above it stay closed to others.' },
        { run: ['chmod', '755', [data, '/upper']] },
        {
          when: [self, '!=', [data, '/program']],
          do: [{ run: ['cp', '--', self, [data, '/program']] }, { set: 'self', to: [data, '/program'] }],
        },
        { run: ['mkfifo', [run, '/go'], [run, '/status']] },
      ],
      undo: [{ run: ['rm', '-rf', '--', run] }],
    },
  ]
}
