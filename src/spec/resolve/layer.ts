import { isSince } from '../../host/at-least.ts'
import { uselessness } from '../../host/ordinary.ts'
import type { Layer, Rootfs } from '../box.ts'
import type { Context } from './context.ts'

/** The best that this caller can have on this host; anything but the kernel's own is told. */
export function resolveLayer({ host, note, error }: Context, rootfs: Rootfs): Layer {
  if (host.root || rootfs.kind === 'joined') return 'overlay'
  // What is mounted below / is locked together for an ordinary user, and overlayfs takes no such tree.
  const ofKernel = rootfs.kind !== 'host' && isSince(host, [5, 11])
  if (ofKernel && host.filesystems.includes('overlay')) return 'userxattr'
  const reason =
    rootfs.kind === 'host'
      ? 'over / the kernel lets root alone lay one'
      : 'before Linux 5.11 the kernel lets root alone lay one'
  const useless = uselessness(host, 'fuse-overlayfs')
  if (useless === null) {
    note(`rootfs: fuse-overlayfs lays the writable layer, a process that runs beside the box: ${reason}`)
    return 'fuse-overlayfs'
  }
  if (rootfs.kind === 'host')
    error(
      ['rootfs'],
      'host',
      `a writable layer over / needs fuse-overlayfs, but ${useless.why}: ${reason}`,
      `${useless.remedy}; or name a directory or a tarball`,
    )
  else note(`rootfs: the box has a copy of its root file system: ${reason}, and ${useless.why}`)
  return 'copy'
}
