import type { About, Step, Word } from '../plan.ts'
import { data, run } from '../refs.ts'

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
        { note: 'The upper directory gives the root its mode; those above it stay closed to others.' },
        { call: 'umask', args: ['022'] },
        { run: ['mkdir', '-p', [run, '/root'], [data, '/upper'], [data, '/work']] },
        { call: 'umask', args: ['077'] },
        { call: 'keep_program', args: [] },
        {
          run: [
            'mkfifo',
            ...['go', 'status', 'rooted', 'launched', 'said'].map((name): Word => [run, `/${name}`]),
          ],
        },
      ],
      undo: [{ call: 'remove_directories', args: [] }],
    },
  ]
}
