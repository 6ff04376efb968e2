import { isApplet } from './at-least.ts'
import type { Host, Tool } from './host.ts'

/** Which of the host's tools become a process of a box: the last to run before its command. */
export type Launcher = 'perl' | 'setpriv' | 'busybox'

/**
 * perl where it is, since it can do all; else setpriv with capsh, else a static busybox. Where there is none of them it is
 * perl, too: that is what is missing then.
 */
export const launcherOf = ({ tools }: Pick<Host, 'tools'>): Launcher => {
  if (tools.perl !== undefined) return 'perl'
  if (CHAIN.every((name) => isWhole(tools[name]))) return 'setpriv'
  return tools.busybox?.version === 'static' ? 'busybox' : 'perl'
}

/** env of coreutils gives the command the signals back that a shell in the background ignores. */
export const resetsSignals = ({ tools }: Pick<Host, 'tools'>): boolean => isWhole(tools.env)

const isWhole = (tool: Tool | undefined): boolean => tool !== undefined && !isApplet(tool)

const CHAIN = 'unshare nsenter mount umount setsid prlimit setpriv capsh'.split(' ')
