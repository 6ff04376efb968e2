import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { Box } from '../spec/box.ts'
import { type Places, programOf } from './places.ts'

/** The resolved box that a stored program was compiled from: its last line that begins with `#box `. */
export function storedBox(places: Places, name: string): Box | null {
  try {
    const line = lastLine(programOf(places, name))
    return line === null ? null : (JSON.parse(line) as Box)
  } catch {
    // Half written by a full disk, or made by a version that kept nothing: the rest of the state still tells.
    return null
  }
}

/** Read from the end: `ps` of many boxes need not read all of their programs. */
function lastLine(path: string): string | null {
  const fd = openSync(path, 'r')
  try {
    const { size } = fstatSync(fd)
    for (let want = 16384; ; want *= 8) {
      const length = Math.min(want, size)
      const buffer = Buffer.alloc(length)
      const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, length, size - length))
      const at = text.lastIndexOf('\n#box ')
      if (at >= 0) return text.slice(at + 6).split('\n', 1)[0] ?? null
      if (length === size) return null
    }
  } finally {
    closeSync(fd)
  }
}
