import { compileFilter } from '../../seccomp/compile.ts'
import { readProfile } from '../../seccomp/read-profile.ts'
import type { Namespaces, Privileges } from '../box.ts'
import { show, visible } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import { resolveCapabilities } from './capabilities.ts'
import { type Context, each } from './context.ts'
import { hostPath } from './paths-inside.ts'

/** Capabilities, no_new_privs and the seccomp profile. */
export function resolvePrivileges(context: Context, namespaces: Namespaces): Omit<Privileges, 'landlock'> {
  const { spec } = context
  const options = securityOptions(context)
  const privileged = spec.privileged ?? false
  if (privileged && !context.host.root)
    context.note(
      'privileged: over the namespaces of the box only, and without further device nodes: name those that you may open in devices',
    )
  const capabilities = resolveCapabilities(context, privileged, namespaces.user)
  return {
    privileged,
    capabilities,
    noNewPrivs: spec.no_new_privs ?? options.noNewPrivs ?? true,
    seccomp: seccomp(
      context,
      spec.seccomp ?? options.seccomp?.text,
      options.seccomp?.path ?? ['seccomp'],
      privileged,
      capabilities,
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
  for (const [option, path] of each(spec.security_opt, 'security_opt')) {
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
  capabilities: readonly string[],
): Privileges['seccomp'] {
  const { inputs, error, note } = context
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
  const reading = readProfile(parse(read.text))
  if ('errors' in reading) {
    for (const problem of reading.errors.slice(0, 20)) {
      error(path, 'value', `${show(file)}: ${visible(problem)}`, "profiles are in docker's JSON format")
    }
    return null
  }
  if (reading.unknown.length > 0)
    note(`seccomp: no machine knows ${reading.unknown.join(', ')}: is it a typing mistake?`)
  const { arch, kernel } = context.host
  try {
    compileFilter(reading.profile, { arch, kernel, capabilities })
  } catch (problem) {
    error(path, 'value', `${show(file)}: ${(problem as Error).message}`, 'make the profile smaller')
  }
  return { name: file, profile: reading.profile }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
