import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** Resident memory that only these processes have: what would come back if they ended. */
export function privateKilobytes(pids) {
  const parts = pids.map((pid) => ({ pid, name: name(pid), kilobytes: ofOne(pid) }))
  return { parts, kilobytes: parts.reduce((sum, part) => sum + part.kilobytes, 0) }
}

function ofOne(pid) {
  const rows = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').matchAll(
    /^Private_(?:Clean|Dirty): +(\d+) kB/gm,
  )
  return [...rows].reduce((sum, [, number]) => sum + Number(number), 0)
}

function name(pid) {
  return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
}

/** Processes of our own pid namespace whose command line, directory or open files lie below `dir`; those of a box do not count. */
export function processesOf(dir) {
  const ours = readlinkSync('/proc/self/ns/pid')
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/ns/pid`) === ours && handles(pid).some((text) => text.includes(dir))
      } catch {
        return false // it has ended
      }
    })
    .map(Number)
}

function handles(pid) {
  const files = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
  return [readFileSync(`/proc/${pid}/cmdline`, 'utf8'), readlinkSync(`/proc/${pid}/cwd`), ...files]
}
