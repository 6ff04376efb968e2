import type { Namespaces, Process } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import { parseDuration } from '../units.ts'
import { splitWords } from '../words.ts'
import { type Context, each } from './context.ts'
import { resolveHostname } from './hostname.ts'
import { insidePath } from './paths-inside.ts'
import { signalName } from './signals.ts'
import { resolveSysctls } from './sysctls.ts'
import { resolveUlimits } from './ulimits.ts'
import { isGroup, isUser } from './user.ts'

/** The process of the box, without its environment. */
export function resolveProcess(
  context: Context,
  name: string,
  namespaces: Namespaces,
): Omit<Process, 'environment'> {
  const { spec } = context
  return {
    args: args(context),
    workingDir: workingDir(context),
    user: user(context),
    groups: groups(context),
    umask: umask(context),
    ulimits: resolveUlimits(context),
    oomScoreAdj: oomScoreAdj(context),
    sysctls: resolveSysctls(context, namespaces),
    init: spec.init ?? false,
    tty: spec.tty ?? false,
    ...resolveHostname(context, name, namespaces),
    stopSignal: stopSignal(context),
    stopGracePeriod: stopGracePeriod(context),
  }
}

function args(context: Context): [string, ...string[]] {
  const [first, ...rest] = [...wordsOf(context, 'entrypoint'), ...wordsOf(context, 'command')]
  if (first === undefined) {
    const path = context.spec.command === undefined ? [] : ['command']
    context.error(path, 'missing', 'there is no command', 'add `command: …`')
    return ['/bin/sh']
  }
  if (first === '') context.error(['command'], 'value', 'the name of the program is empty', 'name a program')
  return [first, ...rest]
}

function wordsOf({ spec, error }: Context, field: 'entrypoint' | 'command'): readonly string[] {
  const value = spec[field]
  if (typeof value !== 'string') return value ?? []
  const split = splitWords(value)
  if ('words' in split) return split.words
  error([field], 'value', `it cannot be split into words: ${split.error}`, 'close the quote, or write a list')
  return ['?']
}

function workingDir(context: Context): string {
  const { working_dir: text } = context.spec
  return text === undefined ? '/' : (insidePath(context, text, ['working_dir']) ?? '/')
}

/** As with podman. */
function keepsId({ spec, host }: Pick<Context, 'spec' | 'host'>): boolean {
  return spec.userns_mode === 'keep-id' && !host.root
}

function user({ spec, host, error }: Context): string {
  const { user: text = keepsId({ spec, host }) ? `${host.user.uid}:${host.user.gid}` : '0' } = spec
  if (isUser(text)) return text
  error(
    ['user'],
    'value',
    `${show(text)} is no user`,
    'write NAME, UID, NAME:GROUP or UID:GID; ids go from 0 to 4294967294',
  )
  return '0'
}

function groups({ spec, error }: Context): readonly string[] {
  for (const [text, path] of each(spec.group_add, 'group_add')) {
    if (!isGroup(text))
      error(path, 'value', `${show(text)} is no group`, 'write a name, or an id from 0 to 4294967294')
  }
  return [...new Set(spec.group_add ?? [])]
}

function umask({ spec, error }: Context): number {
  const { umask: text = '0022' } = spec
  if (/^(0o)?[0-7]{1,4}$/.test(text)) {
    const mask = Number.parseInt(text.replace('0o', ''), 8)
    if (mask <= 0o777) return mask
  }
  error(['umask'], 'value', `${show(text)} is no umask`, 'write an octal number from 0000 to 0777')
  return 0o022
}

function oomScoreAdj({ spec, host, error }: Context): number | null {
  const { oom_score_adj: score } = spec
  if (score === undefined) return null
  if (score < 0 && !host.capabilities.includes('CAP_SYS_RESOURCE')) {
    error(
      ['oom_score_adj'],
      'host',
      'this host may not lower it',
      'use 0 or more: below needs CAP_SYS_RESOURCE',
    )
  }
  return score
}

function stopSignal({ spec, error }: Context): string {
  const { stop_signal: text = 'TERM' } = spec
  const name = signalName(text)
  if (name !== null) return name
  error(['stop_signal'], 'value', `${show(text)} is no signal`, 'write e.g. SIGTERM, INT, 15 or RTMIN+3')
  return 'TERM'
}

function stopGracePeriod({ spec, error }: Context): number {
  const path: Path = ['stop_grace_period']
  const seconds = parseDuration(spec.stop_grace_period ?? '10s')
  if (seconds !== null && seconds <= 31536000) return seconds
  error(
    path,
    'value',
    `${show(spec.stop_grace_period)} is no duration`,
    'write e.g. 10s, 1m30s or 500ms; at most a year',
  )
  return 10
}
