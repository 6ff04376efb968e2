import type { Host } from '../../host/host.ts'
import type { Namespace, Namespaces } from '../box.ts'
import { show } from '../diagnostic.ts'
import { parseDuration } from '../units.ts'
import type { Context } from './context.ts'
import { boxName } from './identity.ts'
import { checkJoined } from './joined.ts'
import { networkTool } from './network-tool.ts'
import { insidePath } from './paths-inside.ts'
import { checkProcesses } from './processes.ts'
import { resolveUsers } from './users.ts'

/** Which namespaces are new, shared with the host or joined. */
export function resolveNamespaces(context: Context, name: string): Namespaces {
  const { spec, error } = context
  const of = (field: Field, kind: string, word = 'private'): Namespace =>
    mode(context, name, field, kind, word)
  const users = resolveUsers(context, name, () => of('userns_mode', 'user'))
  const noTime =
    spec.time === undefined && spec.timeOffsets === undefined && !context.host.namespaces.includes('time')
  if (noTime) context.note('time: no private clocks: this kernel has no time namespaces (Linux 5.6)')
  const time: Namespace = noTime ? { mode: 'host' } : of('time', 'time')
  if (time.mode !== 'private' && spec.timeOffsets !== undefined) {
    error(
      ['timeOffsets'],
      'conflict',
      'the clocks of a shared time namespace cannot be moved',
      'remove it, or `time`',
    )
  }
  const found: Namespaces = {
    mount: of('mount', 'mnt'),
    pid: of('pid', 'pid'),
    network: of('network_mode', 'net', 'none'),
    ipc: of('ipc', 'ipc'),
    uts: of('uts', 'uts'),
    cgroup: of('cgroup', 'cgroup'),
    time,
    ...users,
    timeOffsets: { monotonic: offset(context, 'monotonic'), boottime: offset(context, 'boottime') },
  }
  checkProcesses(context, found)
  checkJoined(context, found)
  return found
}

type Field = 'mount' | 'pid' | 'network_mode' | 'ipc' | 'uts' | 'cgroup' | 'time' | 'userns_mode'

function mode(context: Context, name: string, field: Field, kind: string, word: string): Namespace {
  const { spec, host, error } = context
  const text = spec[field] ?? word
  if (text === word || (field === 'network_mode' && networkTool(spec) !== null)) {
    if (!host.namespaces.includes(kind)) {
      const since = kind === 'time' ? 'it needs Linux 5.6 or newer' : 'the kernel was built without it'
      error(
        [field],
        'host',
        `this kernel has no ${kind} namespaces`,
        `${since}; \`${field}: host\` does without`,
      )
    }
    return { mode: 'private' }
  }
  if (text === 'host') return { mode: 'host' }
  const joined = /^(?:box|service|container):([\s\S]*)$/.exec(text)?.[1]
  if (joined !== undefined) {
    if (!boxName.test(joined))
      error([field], 'value', `${show(joined)} cannot be the name of a box`, 'write `box:NAME`')
    else if (joined === name) error([field], 'conflict', 'a box cannot join itself', 'name another box')
    return { mode: 'box', box: joined }
  }
  if (text.startsWith('/')) return { mode: 'path', path: insidePath(context, text, [field]) ?? '/' }
  if (field === 'network_mode' && (text === 'bridge' || /^[a-z0-9_-]+$/.test(text))) {
    error([field], 'unsupported', `${show(text)} is not supported yet`, `use ${choices(field, word, host)}`)
  } else {
    error([field], 'value', `${show(text)} is no namespace`, `use ${choices(field, word, host)}`)
  }
  return { mode: 'private' }
}

function choices(field: Field, word: string, { root }: Host): string {
  const own = field === 'userns_mode' ? ['auto', 'keep-id'] : []
  const connected = field === 'network_mode' && !root ? ['pasta', 'slirp4netns'] : []
  return `${[word, ...own, ...connected, 'host', 'box:NAME'].join(', ')} or an absolute path`
}

/** Whole seconds, because that is all that unshare(1) takes. */
function offset({ spec, error }: Context, clock: 'monotonic' | 'boottime'): number {
  const text = spec.timeOffsets?.[clock]
  if (text === undefined) return 0
  const size = parseDuration(text.replace(/^-/, ''))
  if (size === null || !Number.isSafeInteger(size) || size > 9223372036) {
    error(
      ['timeOffsets', clock],
      'value',
      `${show(text)} is no number of whole seconds`,
      'write e.g. 3600, 1h or -90s',
    )
    return 0
  }
  return text.startsWith('-') && size > 0 ? -size : size
}
