import type { Mounts, Namespaces, Volume } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import { parseSize } from '../units.ts'
import type { Context } from './context.ts'
import { resolveDevices } from './devices.ts'
import { checkIdmaps } from './idmap.ts'
import { insidePath, isBelow } from './paths-inside.ts'
import { resolveTmpfs } from './tmpfs.ts'
import { type Placed, resolveVolumes } from './volumes.ts'

/** What is mounted into the root; parents before children, one thing at a place. */
export function resolveMounts(context: Context, { mount, user }: Namespaces): Mounts {
  const { spec, error } = context
  const { volumes, memory } = resolveVolumes(context)
  const tmpfs = [...resolveTmpfs(context), ...memory]
  const devices = resolveDevices(context)
  distinct(context, [...volumes, ...tmpfs, ...devices])
  if (mount.mode !== 'private') {
    for (const field of [
      'volumes',
      'tmpfs',
      'devices',
      'read_only',
      'shm_size',
      'maskedPaths',
      'readonlyPaths',
    ] as const) {
      if (spec[field] !== undefined) {
        error(
          [field],
          'conflict',
          'nothing is mounted into the mount namespace of another',
          `remove it, or \`mount\``,
        )
      }
    }
  }
  checkIdmaps(context, user, volumes)
  const open = openPaths(context)
  const masked = paths(context, 'maskedPaths')
  const readonlyPaths = paths(context, 'readonlyPaths')
  for (const { target, why } of volumes)
    if (target === '/etc')
      context.note(`${why}: a volume on /etc brings its own hosts, hostname and resolv.conf`)
  unshared(context, volumes, [
    ...[...volumes, ...tmpfs].map(({ target, path }) => ({ target, path })),
    ...own('maskedPaths', masked),
    ...own('readonlyPaths', readonlyPaths),
  ])
  return {
    readOnly: spec.read_only ?? false,
    volumes: volumes.sort(byDepth).map(plain),
    tmpfs: tmpfs.sort(byDepth).map(plain),
    devices: devices.sort(byDepth).map(plain),
    shmSize: shmSize(context),
    masked: masked ?? (open ? [] : 'default'),
    readonlyPaths: readonlyPaths ?? (open ? [] : 'default'),
  }
}

/** `systempaths=unconfined` and `privileged` leave /proc and /sys as the kernel shows them. */
function openPaths({ spec, error }: Context): boolean {
  const index = (spec.security_opt ?? []).findIndex((option) => /^systempaths[=:]unconfined$/.test(option))
  const lists = spec.maskedPaths !== undefined || spec.readonlyPaths !== undefined
  if (index >= 0 && lists) {
    error(
      ['security_opt', index],
      'conflict',
      'it excludes maskedPaths and readonlyPaths',
      'remove one of them',
    )
  }
  return index >= 0 || spec.privileged === true
}

function paths(context: Context, field: 'maskedPaths' | 'readonlyPaths'): string[] | undefined {
  return context.spec[field]?.flatMap((text, index) => {
    const path = insidePath(context, text, [field, index])
    if (path === '/')
      context.error([field, index], 'value', 'the whole root', 'name a path below /, or use read_only')
    return path === null ? [] : [path]
  })
}

function own(field: string, targets: string[] | undefined): { target: string; path: Path }[] {
  return (targets ?? []).map((target, index) => ({ target, path: [field, index] }))
}

/** What is mounted in a shared volume is mounted on the host, too, and stays there when the box is gone. */
function unshared(
  { error }: Context,
  volumes: readonly Placed<Volume>[],
  all: readonly { target: string; path: Path }[],
): void {
  for (const outer of volumes.filter(({ propagation }) => propagation.endsWith('shared'))) {
    for (const { target, path } of all) {
      if (path === outer.path || !isBelow(target, outer.target)) continue
      error(
        path,
        'conflict',
        `${show(target)} lies in ${show(outer.target)}, whose propagation is ${outer.propagation}: it would be mounted on the host, too`,
        `give ${show(outer.target)} the propagation rslave or rprivate`,
      )
    }
  }
}

function shmSize({ spec, error }: Context): number {
  if (spec.shm_size === undefined) return 64 * 1024 * 1024
  const bytes = parseSize(spec.shm_size)
  // A tmpfs of size 0 is one without a limit.
  if (bytes !== null && bytes > 0) return bytes
  error(['shm_size'], 'value', `${show(spec.shm_size)} is no size`, 'write e.g. 64m or 1g')
  return 0
}

function distinct({ error }: Context, all: readonly Placed<{ target: string; why: string }>[]): void {
  const seen = new Map<string, string>()
  for (const { target, why, path } of all) {
    const other = seen.get(target)
    if (other === undefined) seen.set(target, why)
    else error(path, 'conflict', `${show(target)} is also the target of ${other}`, 'choose another target')
  }
}

function byDepth(a: { target: string }, b: { target: string }): number {
  return depth(a.target) - depth(b.target)
}

function depth(target: string): number {
  return target === '/' ? 0 : target.split('/').length
}

function plain<T extends { path: Path }>({ path: _, ...rest }: T): Omit<T, 'path'> {
  return rest
}
