import { probe } from '../host/probe.ts'
import { loadSpec } from '../spec/load.ts'
import type { Io } from './io.ts'

/** `boxes validate`: all errors of all specs, each with its place; status 1 when there is one. */
export async function validate(io: Io, specs: readonly string[]): Promise<number> {
  const host = probe()
  let status = 0
  for (const spec of specs) {
    const loaded = loadSpec(spec, { env: io.env, host })
    if ('errors' in loaded) {
      io.err(loaded.printed)
      status = 1
      continue
    }
    for (const note of loaded.box.notes) io.err(`${spec}: note: ${note}\n`)
    io.out(`${spec}: ok\n`)
  }
  return status
}
