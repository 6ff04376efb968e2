import type { Tmpfs } from '../box.ts'
import { pathText, show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import { parseSize } from '../units.ts'
import { type Context, each } from './context.ts'
import { mountTarget } from './targets.ts'

/** Memory file systems. As with docker, programs, set-user-ID and devices do not work there unless asked for. */
export function resolveTmpfs(context: Context): (Tmpfs & { path: Path })[] {
  return each(context.spec.tmpfs, 'tmpfs').flatMap(([text, path]) => {
    const cut = text.indexOf(':')
    const options = cut < 0 ? [] : text.slice(cut + 1).split(',')
    return tmpfsOf(context, cut < 0 ? text : text.slice(0, cut), options, path)
  })
}

export function tmpfsOf(
  context: Context,
  to: string,
  words: readonly string[],
  path: Path,
): (Tmpfs & { path: Path })[] {
  const target = mountTarget(context, to, path)
  const options = new Map([
    ['suid', 'nosuid'],
    ['dev', 'nodev'],
    ['exec', 'noexec'],
  ])
  for (const word of words) {
    const [name, text] = optionOf(word) ?? []
    if (name === undefined || text === undefined) {
      context.error(path, 'value', `${show(word)} is no option of a tmpfs`, `use ${known}`)
    } else if (text === '') options.delete(name)
    else options.set(name, text)
  }
  return target === null
    ? []
    : [{ target, options: [...options.values()], why: pathText(path.slice(0, 2)), path }]
}

/** What an option is about, and how mount(8) takes it; empty text is what mounts are anyway. */
function optionOf(word: string): [string, string] | null {
  const cut = word.indexOf('=')
  if (cut < 0) {
    const name = word.replace(/^no/, '')
    if (['suid', 'dev', 'exec'].includes(name)) return [name, name === word ? '' : word]
    if (word === 'ro' || word === 'rw') return ['ro', word === 'ro' ? 'ro' : '']
    return ['noatime', 'relatime', 'nodiratime'].includes(word) ? [word, word] : null
  }
  const name = word.slice(0, cut)
  const value = word.slice(cut + 1)
  if (name === 'size') {
    if (/^([1-9]|[1-9]\d|100)%$/.test(value)) return [name, word]
    const bytes = parseSize(value)
    // Size 0 would be no limit at all.
    return bytes !== null && bytes > 0 ? [name, `size=${bytes}`] : null
  }
  if (name === 'mode') return /^[0-7]{3,4}$/.test(value) ? [name, word] : null
  if (name === 'uid' || name === 'gid') return /^(0|[1-9]\d{0,8})$/.test(value) ? [name, word] : null
  if (name === 'nr_inodes') return /^[1-9]\d{0,11}[kmg]?$/i.test(value) ? [name, word] : null
  return null
}

const known = 'size=64m, mode=1777, uid=, gid=, nr_inodes=, ro, exec, suid, dev, noatime'
