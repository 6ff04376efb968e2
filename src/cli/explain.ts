import { aboutOf } from '../plan/about.ts'
import { makePlan } from '../plan/make-plan.ts'
import type { Command, Plan, Step } from '../plan/plan.ts'
import { printCommand } from '../shell/command.ts'
import type { Io } from './io.ts'
import { loadBox } from './load-box.ts'
import { Problem } from './problem.ts'
import { wrap } from './wrap.ts'

/** `boxes explain`: for each step what it does and why, what is behind it, and its commands. */
export async function explain(io: Io, args: { spec: string; step?: string | undefined }): Promise<number> {
  const { box, host } = loadBox(io, args.spec)
  const plan = makePlan(box, host)
  const chosen = choose(plan, args.step)
  const bold = io.colors() ? (text: string) => `\x1b[1m${text}\x1b[0m` : (text: string) => text
  io.out(chosen.map(([step, number]) => page(step, number, Math.min(io.width(), 110), bold)).join('\n'))
  return 0
}

/** By number or by kind; all without either. */
function choose({ steps }: Plan, wanted: string | undefined): readonly (readonly [Step, number])[] {
  const all = steps.map((step, index) => [step, index + 1] as const)
  const found = all.filter(
    ([{ kind }, number]) => wanted === undefined || [kind, `${number}`].includes(wanted),
  )
  if (found.length > 0) return found
  const kinds = [...new Set(steps.map(({ kind }) => kind))].join(', ')
  throw new Problem(`this plan has no step ${wanted}`, {
    remedy: `a number from 1 to ${steps.length}, or one of ${kinds}`,
    status: 2,
  })
}

function page(step: Step, number: number, width: number, bold: (text: string) => string): string {
  const about = aboutOf(step.kind)
  const rows: readonly (readonly [string, string])[] = [
    ['asked for by', step.why],
    ['does', about.does],
    ['kernel', about.kernel],
    ['manual', about.man],
    ['without it', about.without],
    ['docker', about.docker],
    ['runs', places[step.where]],
  ]
  const told = rows.flatMap(([label, text]) =>
    wrap(text, width - 16).map((line, index) => `  ${(index === 0 ? label : '').padEnd(14)}${line}`),
  )
  const list = (label: string, commands: readonly Command[]) =>
    commands.length === 0 ? [] : [`  ${label}`, ...commands.flatMap((one) => printCommand(one, '    '))]
  const lines = [...told, ...list('commands', step.run), ...list('undone by', step.undo)]
  return `${[bold(`${number}. ${step.title}`) + ` (${step.kind})`, ...lines].join('\n')}\n`
}

const places: Readonly<Record<Step['where'], string>> = {
  host: 'on the host, before anything of the box runs',
  confine: "on the host, beside the furnisher's work",
  scope: 'on the host, in the process that becomes the monitor',
  furnish: "in the furnisher: in the box's mount namespace, before the pivot",
  join: 'on the way into the cgroup and the namespaces; ends as the monitor',
  init: 'in PID 1 of the box, with tools from a read-only view of the host',
  view: 'at a boxes enter that finds no such view, in a mount namespace of its own',
  enter: 'at each boxes enter, in a process of its own',
}
