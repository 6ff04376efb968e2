import { diagnose } from '../host/doctor.ts'
import { printDoctor } from '../host/print-doctor.ts'
import { probe } from '../host/probe.ts'
import type { Io } from './io.ts'

/** `boxes doctor`: what this machine has and lacks; with `json` the facts themselves, for `boxes plan --host`. */
export async function doctor(io: Io, flags: { json?: boolean; 'no-color'?: boolean }): Promise<number> {
  const host = probe()
  const color = io.colors(flags['no-color'])
  io.out(flags.json ? `${JSON.stringify(host, null, 2)}\n` : printDoctor(host, diagnose(host), { color }))
  return 0
}
