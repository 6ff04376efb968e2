import { spawnSync } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'

const warmUp = 2
/** Milliseconds of rest between two: what the one leaves to be tidied in the background is not paid by the next. */
const rest = 100

/** Milliseconds of each measure, from a start of its program to its end, in rounds: a, b, c … c, b, a … a, b, c. */
export async function interleave(measures, rounds, world, stopped) {
  const times = measures.map((measure) => ({ ...measure, samples: [] }))
  for (let round = -warmUp; round < rounds; round++) {
    for (const { argv, label, samples } of round % 2 === 0 ? times : times.toReversed()) {
      await setTimeout(rest)
      if (stopped()) return times
      const took = once(argv, label, world.env)
      if (round >= 0) samples.push(took)
    }
  }
  return times.map((time) => ({ ...time, ...quartiles(time.samples) }))
}

function once([file, ...args], label, env) {
  const begin = process.hrtime.bigint()
  const ran = spawnSync(file, args, { env, stdio: ['ignore', 'ignore', 'pipe'], timeout: 60_000 })
  const took = Number(process.hrtime.bigint() - begin) / 1e6
  if (ran.status !== 0) throw new Error(`${label} ended with ${ran.status ?? ran.signal}: ${ran.stderr}`)
  return took
}

function quartiles(samples) {
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (part) => sorted[Math.round((sorted.length - 1) * part)]
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}
