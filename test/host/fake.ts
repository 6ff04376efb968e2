import { readFileSync } from 'node:fs'
import type { Host } from '../../src/host/host.ts'
import { readHost } from '../../src/host/read-host.ts'
import type { World } from '../../src/host/world.ts'

/** A machine made of text: path → content. A value that starts with `->` is a symlink, one under a bin directory a program. */
export const fake = (
  files: Readonly<Record<string, string>>,
  versions: Readonly<Record<string, string>> = {},
): World => {
  const follow = (path: string): string => {
    const parts = path.split('/').slice(1)
    for (let length = 1; length <= parts.length; length++) {
      const link = /^->(.*)/.exec(files[`/${parts.slice(0, length).join('/')}`] ?? '')?.[1]
      if (link) return follow([link, ...parts.slice(length)].join('/'))
    }
    return path
  }
  const below = (path: string): readonly string[] => [
    ...new Set(
      Object.keys(files)
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => file.slice(path.length + 1).split('/')[0] ?? ''),
    ),
  ]
  const there = (path: string): boolean => files[path] !== undefined || below(path).length > 0
  return {
    arch: 'x86_64',
    env: {},
    read: (path) => files[follow(path)] ?? null,
    list: (path) => below(follow(path)),
    stat: (path) => {
      const real = follow(path)
      if (!there(real)) return null
      return {
        directory: below(real).length > 0,
        executable: real.includes('bin/') && files[real] !== 'not executable',
      }
    },
    realpath: (path) => (there(follow(path)) ? follow(path) : null),
    writable: (path) => there(follow(path)),
    version: (path) => versions[path] ?? '',
  }
}

/** Programs in /usr/bin, on a system where /bin and /sbin are links. */
export const programs = (...names: readonly string[]): Readonly<Record<string, string>> => ({
  '/bin': '->/usr/bin',
  '/sbin': '->/usr/sbin',
  ...Object.fromEntries(names.map((name) => [`/usr/bin/${name}`, ''])),
})

/** Empty files in a directory. */
export const files = (directory: string, names: string): Readonly<Record<string, string>> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [`${directory}/${name}`, '']))

/** One of test/hosts. */
export const host = (name: string): Host => {
  const found = readHost(readFileSync(new URL(`../hosts/${name}.json`, import.meta.url), 'utf8'))
  if ('error' in found) throw new Error(found.error)
  return found
}
