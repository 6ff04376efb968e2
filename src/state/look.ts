import { existsSync } from 'node:fs'
import { type Living, living } from './identity.ts'
import { isBoxName, type Places } from './places.ts'
import { list, readText } from './read-text.ts'

export interface State {
  readonly name: string
  readonly state: 'running' | 'starting' | 'exited' | 'absent'
  /** PID 1, on the host, of a box that runs or is about to; else null. */
  readonly process: Living | null
  /** Of an exited box; null when nobody could write it down (a reboot, a killed monitor). */
  readonly exitStatus: number | null
}

/** The state of a box from what the kernel says now, never from belief. The same rules as the program's `look`. */
export function look(places: Places, name: string): State {
  const run = `${places.runRoot}/${name}`
  const init = living(readText(`${run}/init`), places)
  const started = existsSync(`${run}/started`)
  const found = (state: State['state'], more: Partial<State> = {}): State => ({
    name,
    state,
    process: null,
    exitStatus: null,
    ...more,
  })
  if (started && init) return found('running', { process: init })
  if (!started && living(readText(`${run}/owner`), places)) return found('starting', { process: init })
  if (init) return found('running', { process: init })
  if (existsSync(run)) return found('exited', { exitStatus: statusIn(readText(`${run}/exit`)) })
  return found(existsSync(`${places.dataRoot}/boxes/${name}`) ? 'exited' : 'absent')
}

/** Every box there is a trace of, sorted by name. */
export function boxNames({ dataRoot, runRoot }: Places): readonly string[] {
  const names = new Set([...list(`${dataRoot}/boxes`), ...list(runRoot)])
  return [...names].filter(isBoxName).sort()
}

function statusIn(text: string | null): number | null {
  const status = /^\d+$/m.exec(text ?? '')?.[0]
  return status === undefined ? null : Number(status)
}
