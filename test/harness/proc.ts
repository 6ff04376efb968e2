import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

/** What the kernel says of a process, read from the host's /proc: `status` fields, namespaces, mounts, limits. */
export function proc(pid: number) {
  const text = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8')
  const status = Object.fromEntries(
    text('status')
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  ) as Record<string, string>
  return {
    pid,
    status,
    text,
    args: text('cmdline').split('\0').slice(0, -1),
    environment: text('environ').split('\0').slice(0, -1),
    /** e.g. `net:[4026531840]` */
    namespace: (kind: string) => readlinkSync(`/proc/${pid}/ns/${kind}`),
    cwd: () => readlinkSync(`/proc/${pid}/cwd`),
    descriptors: () => readdirSync(`/proc/${pid}/fd`).map(Number),
    /** Path of a file of the box, as the host reaches it. */
    root: (path: string) => `/proc/${pid}/root${path}`,
    owner: () => statSync(`/proc/${pid}`).uid,
    mounts: () => text('mountinfo').trim().split('\n').map(mount),
    limits: () =>
      Object.fromEntries(
        text('limits')
          .trim()
          .split('\n')
          .slice(1)
          .map((line) => [line.slice(0, 25).trim(), line.slice(26).trim().split(/\s+/).slice(0, 2)]),
      ) as Record<string, string[]>,
    /** Group in the tree of a controller, e.g. `/boxes/web`; of the v2 tree with `''`. */
    cgroup: (controller: string) =>
      text('cgroup')
        .trim()
        .split('\n')
        .map((line) => line.split(':'))
        .find(([, controllers]) => (controllers ?? '').split(',').includes(controller))?.[2],
  }
}

/** Neither gone, which it may be at any moment, nor a zombie. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** Pids of all processes of the machine that were started with exactly these words. */
export function running(...args: readonly string[]): number[] {
  const wanted = `${args.join('\0')}\0`
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && readFileSync(`/proc/${pid}/cmdline`, 'utf8') === wanted
      } catch {
        return false
      }
    })
}

export interface Mount {
  readonly point: string
  readonly root: string
  /** Options of this mount, e.g. `ro`, `nosuid`. */
  readonly options: readonly string[]
  /** `shared:7`, `master:3`; empty for a private one. */
  readonly propagation: readonly string[]
  readonly type: string
  readonly source: string
  readonly superOptions: readonly string[]
}

/** One line of mountinfo, proc(5). */
function mount(line: string): Mount {
  const [left = '', right = ''] = line.split(' - ')
  const [, , , root = '', point = '', options = '', ...propagation] = left.split(' ')
  const [type = '', source = '', superOptions = ''] = right.split(' ')
  return {
    point,
    root,
    options: options.split(','),
    propagation,
    type,
    source,
    superOptions: superOptions.split(','),
  }
}
