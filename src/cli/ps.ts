import type { Box } from '../spec/box.ts'
import { secondsSince, span } from '../state/clock.ts'
import { boxNames, look, type State } from '../state/look.ts'
import type { Places } from '../state/places.ts'
import { storedBox } from '../state/stored-box.ts'
import type { Io } from './io.ts'
import { placesOf } from './places-of.ts'
import { table } from './table.ts'

export interface PsFlags {
  readonly format?: string | undefined
  readonly quiet?: boolean
}

/** `boxes ps`: every box there is a trace of, running or not. Reads state and /proc only. */
export async function ps(io: Io, flags: PsFlags): Promise<number> {
  const where = placesOf(io)
  const names = boxNames(where)
  if (flags.quiet) {
    io.out(names.map((name) => `${name}\n`).join(''))
    return 0
  }
  const rows = names.map((name) => row(look(where, name), storedBox(where, name), where))
  if (flags.format === 'json') io.out(`${JSON.stringify(rows, null, 2)}\n`)
  else io.out(table([titles, ...rows.map(cells)]))
  return 0
}

function row({ name, state, process, exitStatus }: State, box: Box | null, where: Places) {
  return {
    name,
    state,
    pid: process?.pid ?? null,
    exitStatus,
    uptimeSeconds: process && Math.round(secondsSince(process.started, where)),
    command: box?.process.args ?? null,
    rootfs: box && rootfs(box),
  }
}

function cells(one: ReturnType<typeof row>): string[] {
  const { name, state, exitStatus, uptimeSeconds, pid, command } = one
  const up = uptimeSeconds === null ? '-' : `up ${span(uptimeSeconds)}`
  const status = state === 'exited' ? `exit ${exitStatus ?? 'unknown'}` : up
  return [name, state, status, `${pid ?? '-'}`, command ? short(command.join(' ')) : '-', one.rootfs ?? '-']
}

function rootfs({ rootfs: root }: Box): string {
  if (root.kind === 'debootstrap') return `debootstrap ${root.suite}`
  return root.kind === 'directory' || root.kind === 'tarball' ? root.path : root.kind
}

/** One line that no terminal acts on, and not all of it. */
function short(text: string): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim()
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}

const titles = ['NAME', 'STATE', 'STATUS', 'PID', 'COMMAND', 'ROOTFS']
