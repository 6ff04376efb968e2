import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { afterAll, expect } from '@jest/globals'
import type { Host } from '../../src/host/host.ts'
import { probe } from '../../src/host/probe.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import { printProgram } from '../../src/plan/program/print-program.ts'
import type { Box as Meaning } from '../../src/spec/box.ts'
import { loadSpec } from '../../src/spec/load.ts'
import { places } from '../../src/state/places.ts'
import { takenIds } from '../../src/state/taken-ids.ts'
import { compare, type Inventory, inventory, worlds } from './inventory.ts'
import { proc } from './proc.ts'
import { type Options, type Ran, type Running, run, start, until } from './run.ts'

/** A spec as data (its `$` mean themselves) or as YAML text; both get a name of their own unless they have one. */
export type SpecLike = string | Readonly<Record<string, unknown>>

export interface TestBox {
  readonly name: string
  readonly spec: string
  readonly program: string
  /** What the spec was resolved to: paths, args and so on. */
  readonly box: Meaning
  /** `up`, in the foreground unless `detach`; a detached box is running its command when this returns. */
  readonly up: (how?: UpOptions) => Promise<Ran>
  /** `up` in the foreground, left running. */
  readonly start: (how?: UpOptions) => Running
  readonly enter: (args: readonly string[], options?: Options) => Promise<Ran>
  readonly stop: (...args: string[]) => Promise<Ran>
  readonly down: (...args: string[]) => Promise<Ran>
  readonly status: () => Promise<Ran>
  readonly logs: (...args: string[]) => Promise<Ran>
  /** Any verb. */
  readonly call: (args: readonly string[], options?: Options) => Promise<Ran>
  /** Host pid of the box's PID 1, once that is the box's own command. */
  readonly pid: () => Promise<number>
  /** Resolves when `up` holds the box for running: from here on a signal to it stops the box, before it rolls back. */
  readonly started: () => Promise<unknown>
  /** What the kernel says of PID 1. */
  readonly proc: () => Promise<ReturnType<typeof proc>>
}

export interface UpOptions extends Options {
  readonly detach?: boolean
  readonly args?: readonly string[]
}

export interface World {
  readonly directory: string
  /** BOXES_ROOT and BOXES_RUN of this world, and the caller's environment. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Words before a command that make it one of this world's user. */
  readonly by: readonly string[]
  readonly root: string
  readonly run: string
  /** Names of boxes of this world begin with it. */
  readonly prefix: string
  readonly box: (spec: SpecLike, host?: Host) => TestBox
  /** Runs `script` with sh in a box that is as `spec` says, in the foreground; the box goes afterwards. */
  readonly sh: (spec: Readonly<Record<string, unknown>>, script: string, options?: UpOptions) => Promise<Ran>
  /** Runs bin/boxes, which needs the build. */
  readonly cli: (args: readonly string[], options?: Options) => Promise<Ran>
  readonly inventory: () => Inventory
  /** What this world's boxes have left, compared with the time before the world. */
  readonly left: () => string[]
  /** Writes a file of the world and returns its path. */
  readonly file: (name: string, text: string) => string
  /** Gives a tree that the test has made to this world's user, and returns its path. */
  readonly own: (path: string) => string
  /** Any command, as this world's user. */
  readonly as: (argv: readonly string[], options?: Options) => Promise<Ran>
  /** Downs all boxes that were made. */
  readonly end: () => Promise<void>
}

/** Who makes the boxes: the machine's root, or an ordinary user (anna.sh). */
export type Who = 'root' | 'anna'
export const anna = 4242

/**
 * A place for boxes: directories of its own below /tmp, names of its own. After the tests of the file every box is
 * taken down, and nothing may be left.
 */
export function world(who: Who = 'root'): World {
  const here = makeWorld(who)
  afterAll(async () => {
    await here.end()
    const left = here.left()
    rmSync(here.directory, { recursive: true, force: true })
    expect(left).toEqual([])
  }, 120_000)
  return here
}

/** The same without jest's hooks: the caller calls `end`, and removes `directory`. */
export function makeWorld(who: Who = 'root'): World {
  const directory = mkdtempSync(worlds)
  // Root of a user namespace, another user outside, passes through it, as through /run and /var/lib.
  chmodSync(directory, 0o755)
  const root = `${directory}/root`
  const runRoot = `${directory}/run`
  mkdirSync(root)
  if (who === 'anna') for (const path of [directory, root]) chownSync(path, anna, anna)
  const env = {
    ...process.env,
    BOXES_ROOT: root,
    BOXES_RUN: runRoot,
    HOME: who === 'anna' ? directory : process.env.HOME,
  }
  const by = who === 'anna' ? [annaScript, directory] : []
  const prefix = `t${process.pid.toString(36)}-${directory.slice(worlds.length).toLowerCase()}-`
  const before = inventory(directory, prefix)
  const made: TestBox[] = []
  const box = (spec: SpecLike, host = facts(who)) => {
    const one = makeBox(spec, { directory, env, host, by, name: `${prefix}${made.length + 1}` })
    made.push(one)
    return one
  }
  return {
    directory,
    env,
    by,
    root,
    run: runRoot,
    prefix,
    box,
    sh: async (spec, script, options = {}) => {
      const one = box({ rootfs: 'host', ...spec, command: ['sh', '-c', script] })
      const ran = await one.up(options)
      expect(await one.down('-t', '0')).toEqual(happy)
      return ran
    },
    cli: (args, options = {}) => run([...by, boxes, ...args] as [string, ...string[]], { env, ...options }),
    inventory: () => inventory(directory, prefix),
    left: () =>
      compare(before, inventory(directory, prefix)).filter(
        (line) =>
          !made.some(({ spec, program }) => line.endsWith(` ${spec}`) || line.endsWith(` ${program}`)),
      ),
    file: (name, text) => {
      const path = `${directory}/${name}`
      writeFileSync(path, text)
      return path
    },
    own: (path) => {
      if (who === 'anna') spawnSync('chown', ['-Rh', `${anna}:${anna}`, path])
      return path
    },
    as: (argv, options = {}) => run([...by, ...argv] as [string, ...string[]], { env, ...options }),
    end: async () => {
      for (const one of [...made].reverse()) expect(await one.down('-t', '0')).toEqual(happy)
    },
  }
}

const cached: Partial<Record<Who, Host>> = {}
/** The facts of this machine for who makes boxes on it, read once. */
export function facts(who: Who = 'root'): Host {
  cached[who] ??= who === 'root' ? probe() : factsOfAnna()
  return cached[who]
}

function factsOfAnna(): Host {
  const env = { ...process.env, HOME: '/nonexistent', XDG_RUNTIME_DIR: undefined }
  const { stdout } = spawnSync(annaScript, ['/nonexistent', boxes, 'doctor', '--json'], {
    encoding: 'utf8',
    env,
  })
  return JSON.parse(stdout) as Host
}

const happy = { status: 0, stdout: '', stderr: '' }

interface Place {
  readonly directory: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly host: Host
  readonly by: readonly string[]
  readonly name: string
}

function makeBox(given: SpecLike, { directory, env, host, by, name }: Place): TestBox {
  const spec = `${directory}/${name}.yaml`
  writeFileSync(spec, specText(given, name))
  const loaded = loadSpec(spec, { env, host, takenIds: () => takenIds(places(env, host.user)) })
  if (!('box' in loaded)) throw new Error(loaded.printed)
  const { box } = loaded
  const program = `${directory}/${name}.sh`
  writeFileSync(program, printProgram(makePlan(box, host)))
  const words = (...args: readonly string[]) => [...by, 'sh', program, ...args] as [string, ...string[]]
  const call = (args: readonly string[], options: Options = {}) => run(words(...args), { env, ...options })
  const upArgs = ({ detach, args = [] }: UpOptions) => ['up', ...(detach ? ['-d'] : []), ...args]
  const pid = () => until(() => commandPid(`${box.paths.run}/init`), `${box.name} runs its command`)
  return {
    name: box.name,
    spec,
    program,
    box,
    call,
    up: async (how = {}) => {
      const ran = await call(upArgs(how), how)
      if (how.detach && ran.status === 0)
        await until(() => !isLauncher(`${box.paths.run}/init`), 'the command began')
      return ran
    },
    start: (how = {}) => start(words(...upArgs(how)), { env, ...how }),
    enter: (args, options) => call(['enter', ...args], options),
    stop: (...args) => call(['stop', ...args]),
    down: (...args) => call(['down', ...args]),
    status: () => call(['status']),
    logs: (...args) => call(['logs', ...args]),
    pid,
    started: () => until(() => existsSync(`${box.paths.run}/started`), `${box.name} is up`),
    proc: async () => proc(await pid()),
  }
}

function specText(given: SpecLike, name: string): string {
  if (typeof given === 'string') return /^name:/m.test(given) ? given : `name: ${name}\n${given}`
  return JSON.stringify({ name, ...given }, null, 2).replaceAll('$', '$$$$')
}

/** Pid of PID 1 when it is the box's command; null before. */
function commandPid(file: string): number | null {
  const pid = initPid(file)
  return pid === null || isLauncher(file) ? null : pid
}

/** Until the exec of the command PID 1 is the launcher, a perl with our text on its command line, or a shell of ours. */
function isLauncher(file: string): boolean {
  const pid = initPid(file)
  if (pid === null) return false
  try {
    const [program, option, text = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    if (program === 'perl' && option === '-e') return text.includes('# The launcher')
    if (program === 'nsenter' || isTool.test(program ?? '')) return true
    return program === 'sh' && (text === 'monitor' || option === 'monitor')
  } catch {
    return false
  }
}

/** The tools of the launcher without perl are started by their paths. */
const isTool = /^\/.*bin\/(env|nsenter|setsid|prlimit|setpriv|capsh)$|^\/dev\/\.host\/busybox$/

function initPid(file: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10)
    return Number.isNaN(pid) ? null : pid
  } catch {
    return null
  }
}

const boxes = new URL('../../bin/boxes', import.meta.url).pathname
const annaScript = new URL('anna.sh', import.meta.url).pathname
