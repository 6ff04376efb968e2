import { expect, test } from '@jest/globals'
import { launcherOf } from '../../src/host/launcher.ts'
import type { Command, Plan, Step, Word } from '../../src/plan/plan.ts'
import { printProgram } from '../../src/plan/program/print-program.ts'
import { schema } from '../../src/spec/schema.ts'
import { pairs, plan, readHost } from './all.ts'

const plans = pairs.flatMap(([host, spec]) => {
  const made = plan(host, spec)
  return 'printed' in made ? [] : [{ host, spec, plan: made }]
})

test('there are plans for every host and nearly every spec', () => {
  const withPerl = pairs.filter(([host]) => launcherOf(readHost(host)) === 'perl')
  expect(plans.filter(({ plan }) => plan.box.launcher === 'perl').length).toBeGreaterThan(
    withPerl.length * 0.85,
  )
})

test('a plan survives JSON', () => {
  for (const one of plans) expect(JSON.parse(JSON.stringify(one.plan))).toEqual(one.plan)
})

test('planning twice gives the same plan and the same program', () => {
  for (const one of plans) {
    const again = plan(one.host, one.spec) as Plan
    expect(again).toEqual(one.plan)
    expect(printProgram(again)).toBe(printProgram(one.plan))
  }
})

test('a plan read back from JSON is the same program', () => {
  for (const one of plans)
    expect(printProgram(JSON.parse(JSON.stringify(one.plan)))).toBe(printProgram(one.plan))
})

test('all that is made on the host is named by an undo', () => {
  for (const { plan } of plans) {
    const undone = new Set(
      plan.steps.flatMap(({ undo }) => undo).map((one) => ('call' in one ? one.call : '')),
    )
    const paths = plan.steps.flatMap(madeOnHost)
    expect(paths.filter((path) => !undone.has(undoOf(path, plan) ?? 'nothing'))).toEqual([])
  }
})

test('cgroups: the groups that are made are those that are removed', () => {
  for (const { plan } of plans) {
    const removed = (plan.constants.cgroups ?? '').split(' ').filter((group) => group !== '')
    const made = plan.steps
      .flatMap(({ run }) => run)
      .flatMap((command) => ('run' in command ? created(command.run) : []))
    expect(made.filter((path) => !removed.some((group) => group.endsWith(path)))).toEqual([])
    expect(removed.length > 0).toBe(plan.steps.some(({ kind }) => kind === 'cgroup'))
  }
})

test('each step has a title, a reason and a place; kinds are in the order of their places', () => {
  for (const { plan } of plans)
    for (const step of plan.steps) {
      expect(step.title).toMatch(/^[A-Z]/)
      expect(step.why).not.toBe('')
      expect(['host', 'confine', 'scope', 'furnish', 'join', 'init', 'view', 'enter']).toContain(step.where)
    }
})

test('no shell text is reached by a spec: commands are words, texts of the spec are never variables', () => {
  for (const { plan } of plans)
    for (const word of plan.steps.flatMap(({ run, undo }) => [...run, ...undo]).flatMap(words))
      for (const part of [word].flat())
        if (typeof part === 'object' && 'ref' in part)
          expect(part.ref).toMatch(/^(@|[A-Za-z_][A-Za-z_0-9]*)$/)
})

test('every field of the schema is the reason of a step, or is named here', () => {
  const whys = new Set(
    plans.flatMap(({ plan }) => plan.steps.flatMap(({ why }) => why.split(', ').map(plainField))),
  )
  const asked = (leaf: string) =>
    prefixes(leaf).some((field) => whys.has(field)) || [...whys].some((why) => why.startsWith(`${leaf}.`))
  const missing = leaves(schema).filter((leaf) => !asked(leaf))
  expect(missing.filter((leaf) => !prefixes(leaf).some((field) => field in elsewhere))).toEqual([])
  // Nothing is excused that needs no excuse.
  expect(
    Object.keys(elsewhere).filter((field) => !missing.some((leaf) => prefixes(leaf).includes(field))),
  ).toEqual([])
})

/** Fields without a step of their own, and where they go. */
const elsewhere: Record<string, string> = {
  name: 'in every path and title',
  labels: 'kept in the program for inspect, not used',
  stop_signal: 'in the frame: stop',
  stop_grace_period: 'in the frame: stop',
  'blkio_config.weight_device': 'as blkio_config.weight, where the disk’s scheduler has weights',
}

/** Directories and groups that a step makes in the host's own mount namespace. */
function madeOnHost({ where, run }: Step): string[] {
  if (!['host', 'confine', 'scope'].includes(where)) return []
  return run.flatMap((command) => {
    if ('run' in command) return made(command.run)
    if ('write' in command) return [shown(command.write)]
    return []
  })
}

function made(argv: readonly Word[]): string[] {
  const [tool, ...args] = argv.map(shown)
  if (tool === 'mkdir' || tool === 'mkfifo') return args.filter((arg) => !arg.startsWith('-'))
  return []
}

/** Groups that a command makes, `/boxes/NAME`; the common parent is no box's own. */
function created(argv: readonly Word[]): string[] {
  const [tool, ...args] = argv.map(shown)
  const paths =
    tool === 'cgcreate'
      ? args.filter((arg) => arg.includes(':')).map((arg) => `/${arg.split(':')[1]}`)
      : tool === 'mkdir'
        ? args.flatMap((arg) => /^\/sys\/fs\/cgroup.*(\/boxes\/.*)$/.exec(arg)?.[1] ?? [])
        : []
  return paths.filter((path) => path !== '/boxes')
}

/** Which undo takes a path away; null: none knows it. */
function undoOf(path: string, { constants }: Plan): string | null {
  if (/^\$(run|data)(\/|$)/.test(path)) return 'remove_directories'
  if ((constants.cgroups ?? '').split(' ').some((group) => path === group || path.startsWith(`${group}/`)))
    return 'remove_groups'
  // The parent group goes with the last box; settings of groups that are there already make nothing.
  if (/^\/sys\/fs\/cgroup\/(.*\/)?(boxes\/)?[^/]+\.[^/]+$/.test(path)) return 'remove_groups'
  // Settings of the namespace that goes with its process.
  return /^\/proc\//.test(path) ? 'remove_directories' : null
}

function shown(word: Word): string {
  return [word]
    .flat()
    .map((part) => (typeof part === 'string' ? part : `$${part.ref}`))
    .join('')
}

function words(command: Command): readonly Word[] {
  if ('run' in command) return command.run
  if ('call' in command) return command.args
  if ('write' in command) return [command.write, ...command.lines]
  return []
}

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
}

/** Dotted names of all fields that hold no others; the entries of a list count for the list. */
function leaves(node: Node, path = ''): string[] {
  const children = Object.entries(node.properties ?? node.items?.properties ?? {})
  if (children.length === 0) return [path]
  return children.flatMap(([name, child]) => leaves(child, path === '' ? name : `${path}.${name}`))
}

/** `volumes[0]` → `volumes` */
function plainField(why: string): string {
  return why.replace(/\[\d+\]/g, '')
}

function prefixes(leaf: string): string[] {
  const parts = leaf.split('.')
  return parts.map((_, index) => parts.slice(0, index + 1).join('.'))
}
