import { FLAGS, type Flag, type Profile } from './profile.ts'
import { at, createReader, type Json, type Reader } from './read-json.ts'
import { readAction, readErrno, readRule } from './read-rule.ts'
import { isSyscall } from './syscalls.ts'

export type Reading =
  | {
      readonly profile: Profile
      /** Names that no machine has up to Linux 6.18. As in runc they have no effect; a typing mistake may hide there. */
      readonly unknown: readonly string[]
    }
  | { readonly errors: readonly string[] }

/**
 * Check a profile in docker's, podman's or OCI's format, already parsed from JSON. All errors come at once, each with
 * its place, as `syscalls[3].args[0].op: expected one of …`.
 *
 * Source: OCI runtime-spec config-linux.md#seccomp.
 */
export function readProfile(json: unknown): Reading {
  const reader = createReader()
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return { errors: ['a seccomp profile is an object with defaultAction and syscalls'] }
  }
  const top = reader.object('', json, TOP)
  checkArchitectures(reader, top)
  checkListener(reader, top)
  const defaultAction = readAction(reader, 'defaultAction', top.defaultAction)
  const defaultErrnoRet = readErrno(reader, top, 'defaultErrnoRet', 'defaultErrno', defaultAction)
  const flags = reader
    .list('flags', top.flags)
    .map((flag, i) => reader.oneOf(`flags[${i}]`, flag, Object.keys(FLAGS) as Flag[]))
    .filter((flag) => flag !== undefined)
  const syscalls = reader
    .list('syscalls', top.syscalls)
    .map((rule, i) => readRule(reader, `syscalls[${i}]`, rule))
  if (defaultAction === undefined || reader.errors.length > 0) return { errors: reader.errors }

  const names = new Set(syscalls.flatMap((rule) => rule.names))
  return {
    profile: {
      defaultAction,
      ...(defaultErrnoRet !== undefined && { defaultErrnoRet }),
      ...(flags.length > 0 && { flags }),
      syscalls,
    },
    unknown: [...names].filter((name) => !isSyscall(name)),
  }
}

/** Only their form: what they list beyond the machine's own 64-bit calls is refused all the same, and that is stricter. */
function checkArchitectures(reader: Reader, top: Json): void {
  const architectures = (path: string, value: unknown) => {
    for (const [i, name] of reader.list(path, value).entries())
      reader.text(`${path}[${i}]`, name, ARCH, 'SCMP_ARCH_…')
  }
  architectures('architectures', top.architectures)
  for (const [i, entry] of reader.list('archMap', top.archMap).entries()) {
    const path = `archMap[${i}]`
    const { architecture, subArchitectures } = reader.object(path, entry, [
      'architecture',
      'subArchitectures',
    ])
    reader.text(at(path, 'architecture'), architecture, ARCH, 'SCMP_ARCH_…')
    architectures(at(path, 'subArchitectures'), subArchitectures)
  }
  if ([top.architectures, top.archMap].every((value) => Array.isArray(value) && value.length > 0)) {
    reader.fail('archMap', 'stands beside architectures; docker takes only one of them')
  }
}

/** These serve SCMP_ACT_NOTIFY only. */
function checkListener(reader: Reader, top: Json): void {
  for (const key of ['listenerPath', 'listenerMetadata']) {
    if (top[key] !== undefined && top[key] !== '') {
      reader.fail(key, 'a box has no process that would answer to SCMP_ACT_NOTIFY')
    }
  }
}

const ARCH = /^SCMP_ARCH_[A-Z0-9_]+$/

const TOP = [
  'defaultAction',
  'defaultErrnoRet',
  'defaultErrno',
  'architectures',
  'archMap',
  'flags',
  'listenerPath',
  'listenerMetadata',
  'syscalls',
]
