import type { Namespaces, Privileges } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import { resolveCapabilities } from './capabilities.ts'
import type { Context } from './context.ts'
import { hostPath } from './paths-inside.ts'
import { isProfile } from './seccomp.ts'

/** Capabilities, no_new_privs and the seccomp profile. */
export function resolvePrivileges(context: Context, namespaces: Namespaces): Privileges {
  const { spec } = context
  const options = securityOptions(context)
  const privileged = spec.privileged ?? false
  return {
    privileged,
    capabilities: resolveCapabilities(context, privileged, namespaces.user),
    noNewPrivs: spec.no_new_privs ?? options.noNewPrivs ?? true,
    seccomp: seccomp(
      context,
      spec.seccomp ?? options.seccomp?.text,
      options.seccomp?.path ?? ['seccomp'],
      privileged,
    ),
  }
}

interface Options {
  noNewPrivs?: boolean
  seccomp?: { text: string; path: Path }
}

/** docker's words for what has fields of its own here; `=` and `:` both separate, as with docker. */
function securityOptions({ spec, error }: Context): Options {
  const found: Options = {}
  for (const [index, option] of (spec.security_opt ?? []).entries()) {
    const path = ['security_opt', index]
    const [, name = option, value] = /^([^=:]*)[=:]([\s\S]*)$/.exec(option) ?? []
    if (name === 'no-new-privileges' && (value === undefined || value === 'true' || value === 'false')) {
      found.noNewPrivs = value !== 'false'
      if (spec.no_new_privs !== undefined && spec.no_new_privs !== found.noNewPrivs) {
        error(path, 'conflict', 'no_new_privs says otherwise', 'remove one of them')
      }
    } else if (name === 'seccomp' && value !== undefined && value !== '') {
      found.seccomp = { text: value, path }
      if (spec.seccomp !== undefined)
        error(path, 'conflict', 'there is also the field seccomp', 'remove one of them')
    } else if (name !== 'systempaths' || value !== 'unconfined') {
      const known = 'known: no-new-privileges, seccomp=unconfined, seccomp=PATH, systempaths=unconfined'
      error(path, 'unsupported', `${show(option)} is not supported`, known)
    }
  }
  return found
}

/** The built-in profile is named only; who compiles it has it. A profile of one's own comes along as data. */
function seccomp(
  context: Context,
  text: string | undefined,
  path: Path,
  privileged: boolean,
): Privileges['seccomp'] {
  const { inputs, error } = context
  if (text === 'unconfined' || (text === undefined && privileged)) return null
  if (text === undefined || text === 'default') return { name: 'default', profile: null }
  const file = hostPath(context, text, path)
  if (file === null) return null
  const read = inputs.readText(file)
  if ('error' in read) {
    error(
      path,
      'file',
      `${show(file)} cannot be read: ${read.error}`,
      'write default, unconfined, or the path of a profile',
    )
    return null
  }
  try {
    const profile: unknown = JSON.parse(read.text)
    if (isProfile(profile)) return { name: file, profile }
  } catch {}
  error(
    path,
    'value',
    `${show(file)} is no seccomp profile`,
    'write one in docker\'s JSON format: {"defaultAction": …, "syscalls": […]}',
  )
  return null
}
