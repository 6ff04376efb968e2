import { readdirSync, readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from '../../src/host/host.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { printProgram } from '../../src/plan/program/print-program.ts'
import { loadSpec } from '../../src/spec/load.ts'

export const checkout = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const specs = names('specs', '.yaml')
export const hosts = names('test/hosts', '.json')
/** Hosts that differ in tools and versions only are shown by the specs for which that matters. */
const similar = [
  'alpine',
  'busybox-only',
  'debian13-bare',
  'rhel9',
  'rhel9-minimal',
  'ubuntu2204',
  'ubuntu2404',
]
const telling =
  'capabilities classic hello keeps-all limits network readonly seccomp user userns volumes'.split(' ')
/** Every host with every spec that tells something of it. */
export const pairs = hosts.flatMap((host) =>
  (similar.includes(host) ? telling : specs).map((spec) => [host, spec] as const),
)

export function readHost(name: string): Host {
  return JSON.parse(readFileSync(`${checkout}/test/hosts/${name}.json`, 'utf8'))
}

/** The plan, or what `boxes plan` would print when that host cannot give what the spec asks for. */
export function plan(host: string, spec: string): Plan | { readonly printed: string } {
  const path = relative(process.cwd(), `${checkout}/specs/${spec}.yaml`)
  const facts = readHost(host)
  const loaded = loadSpec(path, { env, host: facts })
  return 'box' in loaded ? makePlan(loaded.box, facts) : loaded
}

/** What is kept as golden: the program, or the errors; nothing in it depends on where the checkout is. */
export function golden(host: string, spec: string): { readonly file: string; readonly text: string } {
  const made = plan(host, spec)
  const file = `${checkout}/test/golden/${host}/${spec}`
  if ('printed' in made) return { file: `${file}.txt`, text: made.printed.replaceAll(checkout, '/checkout') }
  const text = printProgram(made)
    .replaceAll(made.box.source.sha256, '0'.repeat(64))
    .replaceAll(checkout, '/checkout')
  return { file: `${file}.sh`, text }
}

function names(directory: string, ending: string): string[] {
  return readdirSync(`${checkout}/${directory}`)
    .filter((name) => name.endsWith(ending))
    .map((name) => name.slice(0, -ending.length))
    .sort()
}

/** A caller's environment that is the same everywhere. */
const env = { HOME: '/root', LANG: 'C.UTF-8', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }
