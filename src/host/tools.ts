import type { Tool } from './host.ts'
import type { Mount } from './mountinfo.ts'
import type { World } from './world.ts'

/** The tools that boxes may use, found on a fixed path: the caller's PATH must not decide what runs as root. */
export const findTools = (world: World): Readonly<Record<string, Tool>> => {
  const tools: Record<string, Tool> = {}
  const versions = versionsOf(world)
  for (const name of TOOLS) {
    const path = PATH.map((directory) => `${directory}/${name}`).find((file) => isProgram(world, file))
    if (path) tools[name] = { path, version: versions(name, path) }
  }
  return tools
}

/** The mount points on the way to the tools, to the loader and to its libraries: `/`, and `/usr` where it is a mount. */
export const mountsHolding = (
  world: World,
  mounts: readonly Mount[],
  tools: Readonly<Record<string, Tool>>,
): readonly string[] => {
  const points = new Set(mounts.map((mount) => mount.point))
  const held = new Set(['/'])
  for (const path of [...Object.values(tools).map((tool) => tool.path), ...libraries(world)])
    for (let part = world.realpath(path) ?? path; part !== ''; part = part.slice(0, part.lastIndexOf('/')))
      if (points.has(part)) held.add(part)
  return [...held].sort()
}

const isProgram = (world: World, path: string): boolean => {
  const stat = world.stat(path)
  return stat !== null && !stat.directory && stat.executable
}

/**
 * Versions that planning needs. util-linux tools of one place are asked once, through `unshare`: they are built together.
 * A busybox applet is `busybox`, whatever its number: none of the version rules is about it.
 */
const versionsOf = (world: World): ((name: string, path: string) => string) => {
  const asked = new Map<string, string>()
  return (name, path) => {
    const real = world.realpath(path) ?? path
    if (/\/(busybox|toybox)[^/]*$/.test(real)) return name === 'busybox' ? '' : 'busybox'
    if (name === 'tar') return shorten(world.version(path))
    if (!UTIL_LINUX.includes(name)) return ''
    const place = real.replace(/\/s?bin\/[^/]*$/, '').replace(/^\/usr$/, '')
    const known = asked.get(place)
    if (known !== undefined) return known
    const version = shorten(world.version(path))
    asked.set(place, version)
    return version
  }
}

/** `unshare from util-linux 2.38.1` and `tar (GNU tar) 1.34` to the number; others keep their name: `bsdtar 3.6.2`. */
const shorten = (line: string): string =>
  /(?:util-linux|GNU tar\)) (\S+)/.exec(line)?.[1] ?? /^\S+ [\d.]+/.exec(line)?.[0] ?? ''

/** Also the parts of `/usr/lib` that could be mounts of their own. */
const libraries = (world: World): readonly string[] => {
  const triplet = `${world.arch}-linux-gnu`
  return ['/lib', '/lib64', `/usr/lib/${triplet}/perl-base`, '/usr/share/perl', '/usr/bin', '/usr/sbin']
}

const PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** `unshare` first: it is the one that is asked for all. */
const UTIL_LINUX =
  `unshare nsenter mount umount pivot_root setpriv flock prlimit setsid script findmnt losetup`.split(' ')

const TOOLS = [
  ...UTIL_LINUX,
  ...`sh perl capsh busybox env cat cp mv ln rm mkdir rmdir mkfifo mknod chmod chown chroot sleep tail sha256sum
  hostname sysctl setfattr stty
  cgcreate cgset cgexec cgdelete ip nft tar gzip xz zstd mmdebstrap debootstrap
  tini tini-static catatonit docker-init newuidmap newgidmap skopeo`.split(/\s+/),
]
