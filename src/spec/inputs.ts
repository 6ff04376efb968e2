import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { basename, dirname, resolve } from 'node:path'
import type { IdRange } from '../host/host.ts'
import type { Env } from './interpolate.ts'
import { sha256 } from './sha256.ts'

/** What resolving a spec may know of the world besides the Host: plain data, and questions about files. */
export interface Inputs {
  /** The spec as the caller named it; `-` is standard input. */
  readonly file: string
  /** sha256 of its text, in hex. */
  readonly digest: string
  /** Absolute path that relative paths of the spec start from. */
  readonly directory: string
  /** Name of a box without `name:`; null when the file has none. */
  readonly defaultName: string | null
  readonly env: Env
  /** Host ids that boxes have for themselves. */
  readonly takenIds: () => readonly TakenIds[]
  readonly home: string | null
  /** Links are followed. `other` is a device, a fifo or a socket. */
  readonly stat: (path: string) => 'directory' | 'file' | 'missing' | 'other'
  /** Text of a regular file of at most 1 MiB. */
  readonly readText: (path: string) => { readonly text: string } | { readonly error: string }
  /** sha256 of a regular file, in hex. */
  readonly sha256: (path: string) => { readonly digest: string } | { readonly error: string }
  /** sha256 of a text, in hex. */
  readonly hash: (text: string) => string
}

/** What the caller of this room tells of the world. */
export interface Surroundings {
  readonly env: Env
  readonly takenIds?: () => readonly TakenIds[]
}

export interface TakenIds {
  readonly box: string
  readonly ranges: readonly IdRange[]
}

/** The real ones. The only file of this room that reads the disk. */
export function realInputs(file: string, text: string, { env, takenIds = () => [] }: Surroundings): Inputs {
  const stdin = file === '-'
  return {
    file,
    digest: sha256(text),
    directory: stdin ? process.cwd() : dirname(resolve(file)),
    defaultName: stdin
      ? null
      : basename(file)
          .replace(/^\.+/, '')
          .replace(/(?<=.)\.(ya?ml|json)$/i, '') || null,
    env,
    takenIds,
    home: env.HOME?.startsWith('/') ? env.HOME : homedirOrNull(),
    stat: statKind,
    readText,
    sha256: digestOf,
    hash: sha256,
  }
}

/** Text of the spec itself; `-` reads standard input. */
export function readSpecText(file: string): { text: string } | { error: string } {
  if (file !== '-') return readText(file)
  try {
    return decode(readAll(0))
  } catch (problem) {
    return { error: reason(problem) }
  }
}

function statKind(path: string): 'directory' | 'file' | 'missing' | 'other' {
  try {
    const stats = statSync(path)
    if (stats.isDirectory()) return 'directory'
    return stats.isFile() ? 'file' : 'other'
  } catch {
    return 'missing'
  }
}

function readText(path: string): { text: string } | { error: string } {
  return withFile(path, (fd) => decode(readAll(fd)))
}

function digestOf(path: string): { digest: string } | { error: string } {
  return withFile(path, (fd) => {
    const { createHash } = createRequire(import.meta.url)('node:crypto') as typeof import('node:crypto')
    const digest = createHash('sha256')
    const chunk = Buffer.allocUnsafe(1048576)
    for (let got = readSync(fd, chunk); got > 0; got = readSync(fd, chunk))
      digest.update(chunk.subarray(0, got))
    return { digest: digest.digest('hex') }
  })
}

// O_NONBLOCK: opening a fifo that nobody writes to must fail, not hang.
function withFile<T>(path: string, use: (fd: number) => T | { error: string }): T | { error: string } {
  let fd: number | null = null
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    const stats = fstatSync(fd)
    if (stats.isDirectory()) return { error: 'it is a directory' }
    return stats.isFile() ? use(fd) : { error: 'it is no regular file' }
  } catch (problem) {
    return { error: reason(problem) }
  } finally {
    if (fd !== null) closeSync(fd)
  }
}

/** At most one byte more than the cap is read, however large the file is. */
function readAll(fd: number): Buffer {
  const buffer = Buffer.allocUnsafe(maxText + 1)
  let length = 0
  while (length < buffer.length) {
    const got = readSync(fd, buffer, length, buffer.length - length, null)
    if (got === 0) break
    length += got
  }
  return buffer.subarray(0, length)
}

function decode(bytes: Buffer): { text: string } | { error: string } {
  if (bytes.length > maxText) return { error: 'it is larger than 1 MiB' }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return { error: 'it is not UTF-8 text' }
  }
}

function homedirOrNull(): string | null {
  try {
    return homedir()
  } catch {
    return null
  }
}

function reason(problem: unknown): string {
  const { code, message } = problem as NodeJS.ErrnoException
  return reasons[code ?? ''] ?? message
}

const maxText = 1048576
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  ELOOP: 'too many symbolic links',
  ENOTDIR: 'a part of the path is no directory',
  ENXIO: 'it is no regular file',
}
