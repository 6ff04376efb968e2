import { existsSync } from 'node:fs'
import type { Box } from '../spec/box.ts'
import { secondsSince, startedAt } from './clock.ts'
import { oomKilled, presentGroups } from './groups.ts'
import { look, type State } from './look.ts'
import { namespacesOf } from './namespaces.ts'
import { type Places, programOf } from './places.ts'
import { storedBox } from './stored-box.ts'

/** One entry of `boxes inspect`. Null: not known, or there is none in this state. */
export interface Inspection {
  readonly name: string
  readonly state: State['state']
  readonly pid: number | null
  readonly exitStatus: number | null
  readonly oomKilled: boolean | null
  /** ISO 8601. */
  readonly startedAt: string | null
  readonly uptimeSeconds: number | null
  /** Directories of the box's control groups. */
  readonly cgroups: readonly string[]
  /** Inode number by kind. */
  readonly namespaces: Readonly<Record<string, number>>
  readonly program: string
  readonly log: string | null
  /** What the spec meant when the box was made. */
  readonly box: Box | null
}

/** All there is to know of one box; `groups` are the directories that its control groups may have. */
export function inspect(places: Places, name: string, groups: readonly string[]): Inspection {
  const { state, process, exitStatus } = look(places, name)
  const log = `${places.dataRoot}/boxes/${name}/log`
  return {
    name,
    state,
    pid: process?.pid ?? null,
    exitStatus,
    oomKilled: oomKilled(groups, `${places.runRoot}/${name}/exit`),
    startedAt: process && startedAt(process.started, places),
    uptimeSeconds: process && Math.round(secondsSince(process.started, places)),
    cgroups: presentGroups(groups),
    namespaces: process ? namespacesOf(process.pid, places) : {},
    program: programOf(places, name),
    log: existsSync(log) ? log : null,
    box: storedBox(places, name),
  }
}
