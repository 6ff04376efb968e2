import { show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import type { Context } from './context.ts'
import { insidePath, isBelow } from './paths-inside.ts'

/** Where something may be mounted inside the box: not over what boxes itself mounts. Null after an error. */
export function mountTarget(context: Context, text: string, path: Path): string | null {
  const target = insidePath(context, text, path)
  if (target === null) return null
  const refuse = (reason: string): null => {
    context.error(path, 'value', `${show(target)} cannot be a target: ${reason}`, 'choose another target')
    return null
  }
  if (target === '/') return refuse('the root is what `rootfs` says')
  if (isBelow(target, '/proc')) return refuse('/proc is where the kernel answers; hiding it breaks isolation')
  if (isBelow(target, '/sys')) return refuse('/sys is where the kernel answers; boxes mounts it read-only')
  if (isBelow(target, '/dev') && !['/dev/shm', '/dev/mqueue'].some((top) => isBelow(target, top))) {
    return refuse('boxes builds /dev; use `devices`, or a path below /dev/shm')
  }
  return target
}
