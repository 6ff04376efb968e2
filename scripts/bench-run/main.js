// One run on one machine: every runtime does the same things, in turns, and what is slow now is slow for all.
import { parseArgs } from 'node:util'
import { aims } from './aims.js'
import { countProcesses } from './count-processes.js'
import { describeMachine } from './machine.js'
import { privateKilobytes } from './memory.js'
import { interleave } from './rounds.js'
import { boxes } from './runtimes/boxes.js'
import { bwrap } from './runtimes/bwrap.js'
import { docker } from './runtimes/docker.js'
import { node } from './runtimes/node.js'
import { crun, runc } from './runtimes/oci.js'
import { podman } from './runtimes/podman.js'
import { rootless } from './runtimes/rootless.js'
import { printReport } from './table.js'
import { makeWorld } from './world.js'

const runtimes = { node, boxes, runc, crun, bwrap, podman, docker, rootless }

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', short: 'n', default: '20' },
    only: { type: 'string' },
    markdown: { type: 'boolean', default: false },
  },
})
const rounds = Number(options.rounds)
if (!Number.isInteger(rounds) || rounds < 1) fail('-n takes a number of rounds')
if (process.getuid() !== 0) fail('boxes and the others are run as root; run it with sudo')

const wanted = options.only?.split(',')
const world = await makeWorld()
let signal = 0
for (const [name, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
])
  process.on(name, () => {
    signal = number
  })
try {
  const here = await startAll()
  const measures = here.flatMap((runtime) => runtime.measures)
  const times = await interleave(measures, rounds, world, () => signal !== 0)
  const memory = here.flatMap(({ left }) => (left ? [{ ...left, ...privateKilobytes(left.pids()) }] : []))
  const report = { rounds, times, memory, processes: countProcesses(world), machine: describeMachine(here) }
  if (signal === 0) printReport({ ...report, aims: aims(times, memory) }, options.markdown)
} finally {
  await world.remove()
}
if (signal !== 0) process.exitCode = 128 + signal

/** Those that are installed and wanted, each with a box that runs. What cannot be had is told in a line. */
async function startAll() {
  const here = []
  for (const [name, start] of Object.entries(runtimes)) {
    if (wanted && !['node', 'boxes', ...wanted].includes(name)) continue
    try {
      const runtime = await start(world)
      if (runtime.missing) console.error(`bench: ${name} is left out: ${runtime.missing} is not installed`)
      else here.push({ name, ...runtime })
      if (runtime.note) console.error(`bench: ${name}: ${runtime.note}`)
    } catch (error) {
      if (name === 'node' || name === 'boxes') throw error
      console.error(`bench: ${name} is left out: it cannot run here: ${error.message.trim()}`)
    }
  }
  return here
}

function fail(text) {
  console.error(`bench: ${text}`)
  process.exit(1)
}
