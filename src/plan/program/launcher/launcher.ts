import type { Box } from '../../../spec/box.ts'
import arrive from './arrive.pl'
import become from './become.pl'
import begin from './begin.pl'
import landlock from './landlock.pl'
import resume from './resume.pl'

/** The launcher of a box: one perl program, or two with setpriv between them. */
export function launcherText({ privileges }: Box): string {
  if (privileges.landlock === null) return `${begin}\n${arrive}\n${become}`
  const second = `${begin}${resume}\n${become}`
  return `${begin}\n${arrive}\nmy $become = <<'BECOME';\n${second}BECOME\n${landlock}`
}
