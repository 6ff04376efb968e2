import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import type { About, Command, Step, Word } from '../plan.ts'
import { data, roots } from '../refs.ts'

export const about: About = {
  does: 'Finds the root file system below the writable layer: a directory, an archive unpacked once into the cache by its digest, or a Debian made once for its inputs. It is only ever read.',
  kernel: 'none; tar(1), sha256sum(1), mmdebstrap(1)',
  man: 'tar(1), mmdebstrap(1)',
  without: 'The box would have no programs of its own.',
  docker: 'docker pull, docker import',
}

/** Sets `lower`, the directory that the overlay lies on. The cache is shared by boxes: only what is half made is undone. */
export function root(box: Box, host: Host): Step[] {
  const { rootfs } = box
  if (rootfs.kind === 'joined') return []
  const titles = {
    host: "Use the host's own userland",
    directory: 'Use a directory as the root',
    tarball: 'Unpack the root archive',
    debootstrap: 'Make the Debian root',
  }
  const run: Command[] = [...find(rootfs, host), { run: ['export', 'lower'] }]
  return [
    { kind: 'root', title: titles[rootfs.kind], why: 'rootfs', where: 'host', run, undo: unfinished(rootfs) },
  ]
}

function unfinished(rootfs: Box['rootfs']): Command[] {
  if (rootfs.kind === 'tarball') return [{ call: 'drop_part', args: [[roots, `/${rootfs.key}`]] }]
  if (rootfs.kind === 'debootstrap') return [{ call: 'drop_part', args: [[roots, `/${rootfs.key}`]] }]
  return []
}

function find(rootfs: Exclude<Box['rootfs'], { kind: 'joined' }>, host: Host): Command[] {
  switch (rootfs.kind) {
    case 'host':
      return [{ set: 'lower', to: '/' }]
    case 'directory':
      return [
        {
          assert: ['-d', rootfs.path],
          message: `rootfs ${rootfs.path} is not a directory`,
          remedy: 'name a directory that holds a root file system',
        },
        { set: 'lower', to: rootfs.path },
      ]
    case 'tarball':
      return [
        { set: 'lower', to: [roots, `/${rootfs.key}`] },
        { call: 'unpack', args: [rootfs.path, rootfs.sha256] },
      ]
    case 'debootstrap':
      return [{ set: 'lower', to: [roots, `/${rootfs.key}`] }, bootstrap(rootfs, host)]
  }
}

function bootstrap(rootfs: Extract<Box['rootfs'], { kind: 'debootstrap' }>, host: Host): Command {
  const { suite, include, variant, mirror } = rootfs
  const more = mirror === null ? [] : [mirror]
  const list = include.length === 0 ? [] : [`--include=${include.join(',')}`]
  // They mount /proc and more in the root that they make: in a namespace of their own it all goes with them, however they end.
  const apart = ['unshare', '--mount', '--']
  const options = ['--quiet', `--variant=${variant}`, ...list]
  if (!host.root) {
    const archive: Word = [data, '/root.tar']
    const words = ['mmdebstrap', '--mode=unshare', '--format=tar', ...options, suite, archive, ...more]
    return { call: 'bootstrap_archive', args: [archive, ...words] }
  }
  const words = host.tools.mmdebstrap
    ? ['mmdebstrap', '--mode=root', ...options, suite, '@', ...more]
    : ['debootstrap', `--variant=${variant}`, ...list, suite, '@', ...more]
  return { call: 'bootstrap', args: [...apart, ...words] }
}
