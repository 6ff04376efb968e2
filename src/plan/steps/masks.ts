import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import type { About, Command, Step } from '../plan.ts'
import { type FstabEntry, fstab } from '../refs.ts'

export const about: About = {
  does: 'Hides files of /proc and /sys that tell of or change the whole machine, and makes others read-only.',
  kernel:
    'bind mount of /dev/null over files, empty read-only tmpfs over directories, read-only bind mounts (mount(2), MS_BIND|MS_REMOUNT|MS_RDONLY)',
  man: 'proc(5); OCI runtime specification, maskedPaths and readonlyPaths',
  without:
    "Root in the box could read the kernel's memory map and keys, and change kernel settings of the host through /proc/sys.",
  docker: 'the default; --security-opt systempaths=unconfined takes it off',
}

/** The masks are the box's own /dev/null, made by us on our own tmpfs (CVE-2025-31133). */
export function masks(box: Box, host: Host): Step[] {
  const { masked, readonlyPaths } = box.mounts
  const hidden: FstabEntry[] =
    masked === 'default' ? host.masks.map(({ path, directory }) => mask(path, directory)) : []
  const fixed = readonlyPaths === 'default' ? host.readonlyPaths.map(readOnly) : []
  const run: Command[] = hidden.length + fixed.length === 0 ? [] : [fstab(...hidden, ...fixed)]
  if (box.namespaces.mount.mode !== 'private' || run.length === 0) return []
  return [
    {
      kind: 'masks',
      title: 'List what is masked or read-only',
      why: 'maskedPaths, readonlyPaths',
      where: 'host',
      run,
      undo: [],
    },
  ]
}

function mask(path: string, directory: boolean): FstabEntry {
  if (directory)
    return {
      source: 'tmpfs',
      target: path,
      type: 'tmpfs',
      options: ['ro', 'size=0', 'nosuid', 'nodev', 'noexec'],
    }
  return { source: '/dev/null', target: path, type: 'none', options: ['bind'] }
}

function readOnly(path: string): FstabEntry {
  return { source: path, target: path, type: 'none', options: ['bind', 'ro', 'nosuid', 'nodev', 'noexec'] }
}
