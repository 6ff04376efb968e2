import type { Box } from '../spec/box.ts'

/** The command, behind the reaper where there is one. */
export function argv({ process: { init, args } }: Box): readonly string[] {
  return init ? ['/dev/init', '--', ...args] : args
}
