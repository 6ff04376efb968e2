import type { Device } from '../box.ts'
import { pathText, show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import type { Context } from './context.ts'
import { insidePath } from './paths-inside.ts'

/** `SOURCE[:TARGET[:rwm]]` or `SOURCE:rwm`, as docker reads it. */
export function resolveDevices(context: Context): (Device & { path: Path })[] {
  const { error, note } = context
  return (context.spec.devices ?? []).flatMap((text, index) => {
    const path = ['devices', index]
    const parts = text.split(':')
    const modeLast = parts.length === 2 && isMode(parts[1] as string)
    const [from = '', to = from, permissions = 'rwm'] = modeLast ? [parts[0], parts[0], parts[1]] : parts
    if (parts.length > 3 || !isMode(permissions)) {
      error(path, 'value', `${show(text)} is no device`, 'write SOURCE, SOURCE:TARGET or SOURCE:TARGET:rwm')
      return []
    }
    if (!from.startsWith('/dev/')) {
      error(
        path,
        'value',
        `${show(from)} is not below /dev`,
        'name a device node of the host, e.g. /dev/fuse',
      )
      return []
    }
    const source = insidePath(context, from, path)
    const target = insidePath(context, to, path)
    if (source === null || target === null) return []
    if (!target.startsWith('/dev/') || own.test(target)) {
      const reason = target.startsWith('/dev/') ? 'boxes makes it in every box' : 'it is not below /dev'
      error(
        path,
        'value',
        `${show(target)} cannot be a device of the box: ${reason}`,
        'choose another target',
      )
      return []
    }
    if (permissions !== 'rwm' && context.host.cgroup.v1.devices === undefined) {
      note(
        `devices: permissions such as "${permissions}" are not held: cgroup v2 has no device files; file modes stand in`,
      )
    }
    return [{ source, target, permissions, why: pathText(path), path }]
  })
}

function isMode(text: string): boolean {
  return /^[rwm]{1,3}$/.test(text) && new Set(text).size === text.length
}

const own =
  /^\/dev\/(null|zero|full|random|urandom|tty|console|ptmx|fd|stdin|stdout|stderr|core|(pts|shm|mqueue|\.old)(\/.*)?)$/
