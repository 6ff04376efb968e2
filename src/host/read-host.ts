import type { Host } from './host.ts'

export interface HostFileError {
  /** What is wrong, where in the file, and how to get a good one. */
  readonly error: string
}

/** The text of a facts file, as `boxes doctor --json` writes it. Facts that this version does not know are left out of account. */
export const readHost = (text: string): Host | HostFileError => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refuse(`it is not JSON: ${(error as Error).message}`)
  }
  const schema = isRecord(value) ? value.schema : undefined
  if (schema !== 1)
    return refuse(`its schema is ${schema === undefined ? 'missing' : JSON.stringify(schema)}, not 1`)
  const wrong = HOST(value, '')
  return wrong ? refuse(wrong) : (value as unknown as Host)
}

const refuse = (reason: string): HostFileError => ({
  error: `not a facts file: ${reason}. Write one with: boxes doctor --json`,
})

/** A check answers what is wrong, or nothing. */
type Check = (value: unknown, place: string) => string | undefined

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const kind =
  (name: string, holds: (value: unknown) => boolean): Check =>
  (value, place) =>
    holds(value) ? undefined : `${place || 'the file'} is not ${name}`

/** The facts end up in a program that people read: a line's end or an escape code in one would fake lines of it. */
const text = kind(
  'a text of one line',
  (value) => typeof value === 'string' && !/[\x00-\x1f\x7f]/.test(value),
)
const path = kind('an absolute path', (value) => text(value, '') === undefined && `${value}`.startsWith('/'))
const count = kind('a number from 0 up', (value) => Number.isSafeInteger(value) && (value as number) >= 0)
const flag = kind('true or false', (value) => typeof value === 'boolean')
const word = (...words: readonly string[]): Check =>
  kind(`one of ${words.join(', ')}`, (value) => words.includes(value as string))

const orNull =
  (check: Check): Check =>
  (value, place) =>
    value === null ? undefined : check(value, place)

const list =
  (check: Check, length?: number): Check =>
  (value, place) => {
    if (!Array.isArray(value)) return `${place} is not a list`
    if (length !== undefined && value.length !== length) return `${place} has not ${length} entries`
    return firstOf(value.map((item, index) => () => check(item, `${place}[${index}]`)))
  }

const map =
  (check: Check): Check =>
  (value, place) =>
    isRecord(value)
      ? firstOf(
          Object.entries(value).map(
            ([key, item]) =>
              () =>
                check(item, `${place}.${key}`),
          ),
        )
      : `${place} is not a map`

const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, place) =>
    isRecord(value)
      ? firstOf(
          Object.entries(fields).map(([key, check]) => () => {
            const at = place ? `${place}.${key}` : key
            return Object.hasOwn(value, key) ? check(value[key], at) : `${at} is missing`
          }),
        )
      : `${place || 'the file'} is not a map`

const firstOf = (checks: readonly (() => string | undefined)[]): string | undefined => {
  for (const check of checks) {
    const wrong = check()
    if (wrong) return wrong
  }
  return undefined
}

const HOST = shape({
  arch: word('x86_64', 'aarch64'),
  kernel: list(count, 2),
  hostname: text,
  root: flag,
  user: shape({
    uid: count,
    gid: count,
    name: text,
    subuids: list(list(count, 2)),
    subgids: list(list(count, 2)),
    runRoot: path,
    dataRoot: path,
    locks: list(text),
    devices: list(path),
  }),
  capabilities: list(text),
  cgroup: shape({
    version: word('v1', 'v2', 'hybrid', 'none'),
    v1: map(path),
    v2: orNull(path),
    v2Controllers: list(text),
    files: list(text),
    manager: orNull(word('systemd')),
  }),
  namespaces: list(text),
  filesystems: list(text),
  seccomp: flag,
  lsm: list(text),
  tools: map(shape({ path, version: text })),
  toolMounts: list(path),
  masks: list(shape({ path, directory: flag })),
  readonlyPaths: list(path),
  cpus: count,
  memory: count,
  hugepages: list(text),
  rlimits: map(orNull(count)),
})
