import type { Launcher } from '../host/launcher.ts'
import type { Box } from '../spec/box.ts'
import type { Part, Word } from './plan.ts'
import { furnisher } from './refs.ts'

/** How the host's tools reach into the box's mount namespace, where every path is resolved inside the box. */
interface Inside {
  /** Begins a mount there. */
  readonly mount: readonly Word[]
  /** Begins a lazy unmount. */
  readonly detach: readonly Word[]
}

/** A static busybox in the box's own /dev: it runs with the box's root, where the host's own is out of reach. */
export const helper = '/dev/.host/busybox'

const namespace: readonly Word[] = ['nsenter', ['--mount=/proc/', furnisher, '/ns/mnt'], '--', helper]
const utilLinux: Inside = {
  mount: ['mount', '-N', furnisher],
  detach: ['umount', '-N', furnisher, '--lazy'],
}
const ways: Readonly<Record<Launcher, Inside>> = {
  perl: utilLinux,
  setpriv: utilLinux,
  busybox: { mount: [...namespace, 'mount'], detach: [...namespace, 'umount', '-l'] },
}

export function inside({ launcher }: Box): Inside {
  return ways[launcher]
}

/** Busybox's mount knows no options of util-linux, and a bind mount and its flags are two calls: a script in there sees to it. */
export const listed: readonly Word[] = [...namespace, 'sh', '-c', { ref: 'MOUNTS' }, 'sh']

/** A bind mount there. */
export function bind(
  box: Box,
  kind: 'bind' | 'rbind',
  options: readonly Part[],
  source: Word,
  target: string,
): Word[] {
  if (box.launcher === 'busybox') return [...listed, source, target, 'none', [`${kind},`, ...options]]
  return [
    ...inside(box).mount,
    `--${kind}`,
    '-o',
    options.length === 1 ? (options[0] ?? '') : options,
    source,
    target,
  ]
}
