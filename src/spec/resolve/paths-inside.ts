import { show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import type { Context } from './context.ts'

/** A normalised absolute path inside the box, or null after an error. */
export function insidePath({ error }: Context, text: string, path: Path): string | null {
  const wrong = (problem: string, remedy: string): null => {
    error(path, 'value', `${show(text)} ${problem}`, remedy)
    return null
  }
  if (!text.startsWith('/')) return wrong('is not an absolute path', 'begin it with /')
  if (text.includes('\n')) return wrong('holds a newline', 'paths are one line')
  if (text.split('/').includes('..')) return wrong('holds ".."', 'write the path it means')
  if (Buffer.byteLength(text) > 4000) return wrong('is too long', 'the kernel takes paths of 4095 bytes')
  if (text.split('/').some((part) => Buffer.byteLength(part) > 255))
    return wrong('is too long', 'a file name has at most 255 bytes')
  return normalise(text)
}

/** An absolute path on the host: `~` is the caller's home, relative ones start at the spec. Null after an error. */
export function hostPath({ inputs, error }: Context, text: string, path: Path): string | null {
  const wrong = (problem: string, remedy: string): null => {
    error(path, 'value', `${show(text)} ${problem}`, remedy)
    return null
  }
  if (text === '') return wrong('is empty', 'name a file or a directory')
  if (text.includes('\n')) return wrong('holds a newline', 'paths are one line')
  if (Buffer.byteLength(text) > 4000) return wrong('is too long', 'the kernel takes paths of 4095 bytes')
  if (text.startsWith('/')) return normalise(text)
  if (text === '~' || text.startsWith('~/')) {
    if (inputs.home === null) return wrong('needs a home directory', 'set HOME, or write the whole path')
    return normalise(inputs.home + text.slice(1))
  }
  if (text.startsWith('~')) return wrong("is in another user's home", 'write the whole path')
  return normalise(`${inputs.directory}/${text}`)
}

/** Without empty and `.` parts; `..` takes the part before it away. */
function normalise(text: string): string {
  const parts: string[] = []
  for (const part of text.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

/** True when `path` is `top` or below it. */
export function isBelow(path: string, top: string): boolean {
  return path === top || path.startsWith(top === '/' ? '/' : `${top}/`)
}
