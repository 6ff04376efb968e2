import type { Tmpfs, Volume } from '../box.ts'
import { pathText, show } from '../diagnostic.ts'
import type { Path, SpecVolume } from '../spec.ts'
import type { Context } from './context.ts'
import { hostPath } from './paths-inside.ts'
import { mountTarget } from './targets.ts'
import { tmpfsOf } from './tmpfs.ts'

export type Placed<T> = T & { readonly path: Path }

/** Bind mounts, in short and long form; the long form with `type: tmpfs` gives memory file systems. */
export function resolveVolumes(context: Context): { volumes: Placed<Volume>[]; memory: Placed<Tmpfs>[] } {
  const volumes: Placed<Volume>[] = []
  const memory: Placed<Tmpfs>[] = []
  ;(context.spec.volumes ?? []).forEach((volume, index) => {
    const path = ['volumes', index]
    if (typeof volume === 'string') volumes.push(...short(context, volume, path))
    else if (volume.type === 'tmpfs') memory.push(...longTmpfs(context, volume, path))
    else volumes.push(...long(context, volume, path))
  })
  return { volumes, memory }
}

/** `SOURCE:TARGET[:OPTIONS]` */
function short(context: Context, text: string, path: Path): Placed<Volume>[] {
  const { error } = context
  const [from = '', to, words, ...rest] = text.split(':')
  if (rest.length > 0) {
    error(path, 'value', `${show(text)} has more than two ":"`, 'use the long form for a path that holds ":"')
    return []
  }
  if (to === undefined || !from.includes('/')) {
    const missing = to === undefined ? 'names no source on the host' : `asks for the volume ${show(from)}`
    if (from !== '~' && from !== '.' && from !== '..') {
      error(
        path,
        'unsupported',
        `${show(text)} ${missing}: named volumes are not supported yet`,
        'write ./DIRECTORY:TARGET',
      )
      return []
    }
  }
  let readOnly = false
  let idmap = false
  let propagation: Volume['propagation'] = 'rprivate'
  for (const word of words === undefined ? [] : words.split(',')) {
    if (word === 'ro' || word === 'rw') readOnly = word === 'ro'
    else if (word === 'idmap') idmap = true
    else if (isPropagation(word)) propagation = word
    else error(path, 'value', `${show(word)} is no option of a volume`, optionRemedy(word))
  }
  return placed(
    context,
    { source: from, target: to ?? '', readOnly, propagation, create: true, idmap },
    path,
    path,
  )
}

function long(context: Context, volume: SpecVolume, path: Path): Placed<Volume>[] {
  const { error } = context
  const { type = 'bind', source, target, bind = {} } = volume
  if (type !== 'bind') {
    error(
      [...path, 'type'],
      'unsupported',
      `${show(type)} volumes are not supported yet`,
      'use bind or tmpfs',
    )
    return []
  }
  if (volume.tmpfs !== undefined)
    error([...path, 'tmpfs'], 'conflict', 'a bind mount has no tmpfs options', 'remove it')
  if (source === undefined) {
    error(path, 'missing', 'source is missing', 'name a path on the host')
    return []
  }
  const propagation =
    bind.propagation !== undefined && isPropagation(bind.propagation) ? bind.propagation : 'rprivate'
  const { read_only: readOnly = false } = volume
  const { create_host_path: create = true, idmap = false } = bind
  return placed(
    context,
    { source, target, readOnly, propagation, create, idmap },
    [...path, 'source'],
    [...path, 'target'],
  )
}

function placed(
  context: Context,
  { source: from, target: to, ...rest }: Omit<Volume, 'why'>,
  sourcePath: Path,
  targetPath: Path,
): Placed<Volume>[] {
  const source = hostPath(context, from, sourcePath)
  const target = mountTarget(context, to, targetPath)
  if (source === null || target === null) return []
  if (!context.host.root && rest.propagation.endsWith('shared'))
    context.error(
      targetPath,
      'host',
      `${rest.propagation} needs root: mounts of an ordinary user's box never reach the host`,
      'use rslave or rprivate',
    )
  return [{ source, target, ...rest, why: pathText(targetPath.slice(0, 2)), path: targetPath }]
}

function longTmpfs(context: Context, volume: SpecVolume, path: Path): Placed<Tmpfs>[] {
  for (const field of ['source', 'bind'] as const) {
    if (volume[field] !== undefined)
      context.error([...path, field], 'conflict', `a tmpfs has no ${field}`, 'remove it')
  }
  const { size, mode } = volume.tmpfs ?? {}
  const options = [
    ...(size === undefined ? [] : [`size=${size}`]),
    ...(mode === undefined ? [] : [`mode=${mode}`]),
    ...(volume.read_only === true ? ['ro'] : []),
  ]
  return tmpfsOf(context, volume.target, options, path)
}

function isPropagation(word: string): word is Volume['propagation'] {
  return ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'].includes(word)
}

function optionRemedy(word: string): string {
  if (word.toLowerCase() === 'z') return 'remove it: boxes does not relabel files for SELinux'
  if (word.startsWith('idmap=')) return 'write idmap: the mapping is that of the user namespace'
  return 'use ro, rw, idmap, or one of private rprivate slave rslave shared rshared'
}
