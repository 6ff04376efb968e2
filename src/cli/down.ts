import { statSync } from 'node:fs'
import type { Host } from '../host/host.ts'
import { probe } from '../host/probe.ts'
import { makePlan } from '../plan/make-plan.ts'
import { printProgram } from '../plan/program/print-program.ts'
import { runProgram } from '../shell/run-program.ts'
import { bareBox } from '../spec/bare-box.ts'
import type { Box } from '../spec/box.ts'
import { programOf } from '../state/places.ts'
import type { Io } from './io.ts'
import { loadBox } from './load-box.ts'
import { placesOf } from './places-of.ts'
import { Printed } from './problem.ts'
import { withProgramFile } from './program-file.ts'
import { checked, forEach, hasProgram } from './stored.ts'

/** `boxes down`, of boxes by name or by spec. */
export const downAll = (io: Io, targets: readonly string[], time: string | undefined): Promise<number> =>
  forEach(io, targets, (target) => down(io, target, time))

/** Every trace of a box goes, by its stored program or, where that is lost, by one made for its bare name. */
async function down(io: Io, target: string, time: string | undefined): Promise<number> {
  const where = placesOf(io)
  const args = ['down', ...(time === undefined ? [] : ['-t', time])]
  const name = nameOf(io, target)
  if (hasProgram(where, name)) return runProgram(programOf(where, name), { args, env: io.env })
  const { box, host } = bare(io, name)
  const text = printProgram(makePlan(box, host))
  return withProgramFile(box.paths.runRoot, name, text, (file) => runProgram(file, { args, env: io.env }))
}

/** A box's name, else the name in a spec. The name comes first: a file that happens to be called so changes nothing. */
function nameOf(io: Io, target: string): string {
  const spec = target === '-' || target.includes('/') || statSync(target, { throwIfNoEntry: false })?.isFile()
  if (!spec || hasProgram(placesOf(io), target)) return checked(target)
  return loadBox(io, target, { quiet: true }).box.name
}

/** Every name that a box's traces have derives from its own, so any box of that name knows them all. */
function bare(io: Io, name: string): { box: Box; host: Host } {
  const host = probe()
  const made = bareBox(name, { env: io.env, host })
  if ('printed' in made) throw new Printed(made.printed, 1)
  return { box: made.box, host }
}
