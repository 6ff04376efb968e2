import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'
import { furnisher, run } from '../refs.ts'

export const about: About = {
  does: 'Writes down, for the launcher and for every later enter, what Landlock denies and what it allows at which places of the box. setpriv asks the kernel for it, after the last look into the files of the box and before its command.',
  kernel:
    'landlock_create_ruleset(2), landlock_add_rule(2), landlock_restrict_self(2); openat2(2) for the places',
  man: 'setpriv(1), landlock(7)',
  without: 'Permissions and capabilities alone would say what the box may do with its files.',
  docker: 'none',
}

/** After the records, which it adds to. What `init` brings must be let start. */
export function landlock({ privileges, process }: Box): Step[] {
  if (privileges.landlock === null) return []
  const { denied, rules } = privileges.landlock
  const init = ['execute', 'read-file'].filter((right) => denied.includes(right))
  const own = process.init && init.length > 0 ? [{ path: '/dev/init', access: init }] : []
  return [
    {
      kind: 'landlock',
      title: 'Write down what Landlock denies and allows',
      why: 'landlock',
      where: 'host',
      run: [
        {
          write: [run, '/process'],
          append: true,
          lines: [
            `landlock ${denied.join(',')}`,
            ...[...own, ...rules].map(({ path, access }) => `rule ${access.join(',')} ${path}`),
          ],
          end: '\\0',
        },
      ],
      undo: [],
    },
  ]
}

/** After the host is detached: perl needs a rule for the host's root, and a volume that holds that would have it, too. */
export function landlockApart({ privileges }: Box): Step[] {
  if (privileges.landlock === null) return []
  return [
    {
      kind: 'landlock',
      title: "See that no volume holds the host's root",
      why: 'landlock',
      where: 'init',
      run: [{ call: 'apart', args: [furnisher] }],
      undo: [],
    },
  ]
}
