import { ACTIONS, type Action, MAX_ERRNO, takesErrno } from './actions.ts'
import type { Rule, Where } from './profile.ts'
import { readArg } from './read-arg.ts'
import { at, defined, type Json, type Reader } from './read-json.ts'

/** One entry of `syscalls`. Its answer is of use only when the reader noted no error. */
export function readRule(reader: Reader, path: string, json: unknown): Rule {
  const rule = reader.object(path, json, RULE)
  const action = readAction(reader, at(path, 'action'), rule.action)
  return {
    names: readNames(reader, path, rule),
    action: action ?? 'SCMP_ACT_ERRNO',
    ...defined({
      errnoRet: readErrno(reader, rule, 'errnoRet', 'errno', action, path),
      args: readList(reader, at(path, 'args'), rule.args, readArg),
      includes: readWhere(reader, at(path, 'includes'), rule.includes),
      excludes: readWhere(reader, at(path, 'excludes'), rule.excludes),
      comment: rule.comment === undefined ? undefined : reader.text(at(path, 'comment'), rule.comment),
    }),
  }
}

export function readAction(reader: Reader, path: string, value: unknown): Action | undefined {
  if (value === 'SCMP_ACT_NOTIFY') {
    return reader.fail(
      path,
      'SCMP_ACT_NOTIFY needs a process that answers for as long as the box runs; boxes leaves none',
    )
  }
  return reader.oneOf(path, value, Object.keys(ACTIONS) as Action[])
}

/** OCI: a number on an action that returns none is an error. Podman writes the number's name beside it. */
export function readErrno(
  reader: Reader,
  json: Json,
  key: string,
  nameKey: string,
  action: Action | undefined,
  path = '',
): number | undefined {
  if (json[nameKey] !== undefined) {
    reader.text(at(path, nameKey), json[nameKey], /^E[A-Z0-9]+$/, 'a name such as EPERM')
    if (json[key] === undefined) reader.fail(at(path, nameKey), `needs ${key} with its number beside it`)
  }
  if (json[key] === undefined) return undefined
  if (action !== undefined && !takesErrno(action))
    return reader.fail(at(path, key), `${action} returns no error number`)
  return reader.whole(at(path, key), json[key], MAX_ERRNO)
}

function readNames(reader: Reader, path: string, rule: Json): readonly string[] {
  if (rule.name !== undefined && rule.names !== undefined) {
    reader.fail(at(path, 'name'), 'stands beside names; docker takes only one of them')
  }
  const names = rule.name !== undefined ? [rule.name] : reader.list(at(path, 'names'), rule.names)
  if (names.length === 0) reader.fail(at(path, 'names'), 'expected at least one system call')
  const place = (i: number) => at(path, rule.name !== undefined ? 'name' : `names[${i}]`)
  return names.map((name, i) => reader.text(place(i), name, /^\w+$/, 'the name of a system call') ?? '')
}

function readWhere(reader: Reader, path: string, json: unknown): Where | undefined {
  if (json === undefined) return undefined
  const where = reader.object(path, json, ['caps', 'arches', 'minKernel'])
  const texts = (key: string, pattern: RegExp, wanted: string) =>
    readList(
      reader,
      at(path, key),
      where[key],
      (_, place, value) => reader.text(place, value, pattern, wanted) ?? '',
    )
  return defined({
    caps: texts('caps', /^CAP_[A-Z0-9_]+$/, 'a capability such as CAP_SYS_ADMIN'),
    arches: texts('arches', ARCHES, 'an architecture such as amd64 or arm64'),
    minKernel:
      where.minKernel === undefined || where.minKernel === ''
        ? undefined
        : reader.text(at(path, 'minKernel'), where.minKernel, /^\d{1,3}\.\d{1,3}$/, 'a kernel such as "4.8"'),
  })
}

/** Empty lists are as good as none. */
function readList<T>(
  reader: Reader,
  path: string,
  value: unknown,
  read: (reader: Reader, path: string, item: unknown) => T,
): readonly T[] | undefined {
  const items = reader.list(path, value).map((item, i) => read(reader, `${path}[${i}]`, item))
  return items.length > 0 ? items : undefined
}

/** The names of docker and podman; only amd64 and arm64 have an effect here. */
const ARCHES =
  /^(x86|386|amd64|x32|arm|arm64|loong64|loongarch64|m68k|mips|mipsle|mips64|mips64le|mips64n32|mipsel|mipsel64|mips3l64n32|mipsel64n32|parisc|parisc64|ppc|ppc64|ppc64le|riscv64|s390|s390x|sheb|sh)$/

const RULE = ['names', 'name', 'action', 'errnoRet', 'errno', 'args', 'comment', 'includes', 'excludes']
