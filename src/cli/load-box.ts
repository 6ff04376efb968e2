import { readFileSync } from 'node:fs'
import type { Host } from '../host/host.ts'
import { installer } from '../host/packages.ts'
import { probe } from '../host/probe.ts'
import { readHost } from '../host/read-host.ts'
import { makePlan } from '../plan/make-plan.ts'
import { missingTools } from '../plan/needs.ts'
import type { Plan } from '../plan/plan.ts'
import type { Box } from '../spec/box.ts'
import { loadSpec } from '../spec/load.ts'
import { takenIds } from '../state/taken-ids.ts'
import type { Io } from './io.ts'
import { placesOf } from './places-of.ts'
import { Printed, Problem } from './problem.ts'

/** The plan of a spec, on a machine that has what it takes. */
export function loadPlan(io: Io, spec: string, options: LoadOptions = {}): Plan {
  const { box, host } = loadBox(io, spec, options)
  const plan = makePlan(box, host)
  const missing = missingTools(plan, host)
  if (missing.length === 0) return plan
  const tools = missing.map(({ tool, why }) => `${tool} (${why})`).join(', ')
  const packages = [...new Set(missing.map((need) => need.package))].join(' ')
  throw new Problem(`${spec}: this machine lacks ${tools}`, {
    remedy: `${installer(host)} ${packages}; boxes doctor tells what each is for`,
    status: options.status ?? 1,
  })
}

/** What a spec means on this machine, or on the one whose facts `host` holds. Limitations taken are told, or refused. */
export function loadBox(io: Io, spec: string, options: LoadOptions = {}): { box: Box; host: Host } {
  const { status = 1 } = options
  const host = options.host === undefined ? probe() : hostFrom(options.host)
  const loaded = loadSpec(spec, { env: io.env, host, takenIds: () => takenIds(placesOf(io)) })
  if ('errors' in loaded) throw new Printed(loaded.printed, status)
  const { notes } = loaded.box
  if (notes.length > 0 && options.strict)
    throw new Problem(`${spec}: --strict takes no limitation: ${notes.join('; ')}`, {
      remedy: 'change the spec, leave --strict out, or see boxes doctor for what this machine lacks',
      status,
    })
  if (!options.quiet) for (const note of notes) io.err(`note: ${note}\n`)
  return { box: loaded.box, host }
}

export interface LoadOptions {
  readonly strict?: boolean | undefined
  /** A facts file as `boxes doctor --json` writes it. */
  readonly host?: string | undefined
  readonly quiet?: boolean
  /** Exit status when the spec is wrong. */
  readonly status?: number
}

function hostFrom(file: string): Host {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new Problem(`${file} cannot be read: ${(error as Error).message}`, {
      remedy: `boxes doctor --json >${file} writes the facts of a machine`,
      status: 2,
    })
  }
  const host = readHost(text)
  if ('error' in host) throw new Problem(`${file}: ${host.error}`, { status: 2 })
  return host
}
