import { systemPath } from '../shell/system-path.ts'
import type { Tool } from './host.ts'
import type { Mount } from './mountinfo.ts'
import type { World } from './world.ts'

/**
 * The tools that boxes may use, found where programs will look for them. `places` are their real paths.
 */
export const findTools = (
  world: World,
): { readonly tools: Readonly<Record<string, Tool>>; readonly places: readonly string[] } => {
  const tools: Record<string, Tool> = {}
  const places: string[] = []
  const directories = directoriesOf(world)
  const versionOf = versions(world)
  for (const name of TOOLS) {
    const path = directories.map((directory) => `${directory}/${name}`).find((file) => isProgram(world, file))
    if (!path) continue
    const place = world.realpath(path) ?? path
    places.push(place)
    // Where perl is, nobody asks; and it is a file of megabytes.
    const standing = name === 'busybox' && tools.perl === undefined && isStatic(world, place)
    tools[name] = { path, version: standing ? 'static' : versionOf(name, path, place) }
  }
  return { tools, places }
}

/** The mount points on the way to the tools and to what they load: `/`, and `/usr` where it is a mount. */
export const mountsHolding = (
  world: World,
  mounts: readonly Mount[],
  places: readonly string[],
): readonly string[] => {
  const points = new Set(mounts.map((mount) => mount.point))
  const held = new Set(['/'])
  const loaded = LOADED.map((path) => world.realpath(path) ?? path)
  for (const place of new Set([...places, ...loaded]))
    for (let part = place; part !== ''; part = part.slice(0, part.lastIndexOf('/')))
      if (points.has(part)) held.add(part)
  return [...held].sort()
}

/** Each directory once (`/bin` is `/usr/bin` on a merged system), empty ones not at all. */
const directoriesOf = (world: World): readonly string[] => {
  const seen = new Set<string>()
  return systemPath.split(':').filter((directory) => {
    const real = world.realpath(directory)
    if (real === null || seen.has(real)) return false
    seen.add(real)
    return !directory.startsWith('/usr/local/') || world.list(directory).length > 0
  })
}

const isProgram = (world: World, path: string): boolean => {
  const stat = world.stat(path)
  return stat !== null && !stat.directory && stat.executable
}

/**
 * Versions that planning needs. util-linux's tools of one place are asked once, through `unshare`: they are built together.
 * A busybox applet is `busybox`, whatever its number: no rule on versions is about it.
 */
const versions = (world: World): ((name: string, path: string, place: string) => string) => {
  const asked = new Map<string, string>()
  return (name, path, place) => {
    if (/\/(busybox|toybox)[^/]*$/.test(place)) return name === 'busybox' ? '' : 'busybox'
    if (name === 'tar') return shorten(world.version(path))
    if (!UTIL_LINUX.includes(name)) return ''
    const prefix = place.replace(/\/s?bin\/[^/]*$/, '').replace(/^\/usr$/, '')
    const version = asked.get(prefix) ?? shorten(world.version(path))
    asked.set(prefix, version)
    return version
  }
}

/** A program that needs no loader names none: the name stands right after the headers of a file that does (elf(5), PT_INTERP). */
const isStatic = (world: World, path: string): boolean => {
  const head = (world.read(path) ?? '').slice(0, 4096)
  return head.startsWith('\x7fELF') && !/\/lib\S*\/ld-/.test(head)
}

/** `unshare from util-linux 2.38.1` and `tar (GNU tar) 1.34` to the number; others keep their name: `bsdtar 3.6.2`. */
const shorten = (line: string): string =>
  /(?:util-linux|GNU tar\)) (\S+)/.exec(line)?.[1] ?? /^\S+ [\d.]+/.exec(line)?.[0] ?? ''

/** The loader's and perl's libraries. */
const LOADED = ['/lib', '/lib64', '/usr/lib', '/usr/share/perl']

/** `unshare` first: it is the one that is asked for all. */
const UTIL_LINUX =
  'unshare nsenter mount umount pivot_root flock script findmnt setpriv prlimit setsid'.split(' ')

/** Not here: what every system has (coreutils, or the applets of their names). Those of package managers tell how a missing one is had. */
const TOOLS = [
  ...UTIL_LINUX,
  ...'sh perl capsh busybox env stdbuf hostname domainname ip'.split(' '),
  ...'cgcreate cgset cgexec busctl'.split(' '),
  ...'newuidmap newgidmap fuse-overlayfs pasta slirp4netns'.split(' '),
  ...'tar gzip xz zstd mmdebstrap debootstrap'.split(' '),
  ...'tini-static catatonit docker-init'.split(' '),
  ...'apt-get apk dnf'.split(' '),
]
