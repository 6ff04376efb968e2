import type { Resources } from '../box.ts'
import { show } from '../diagnostic.ts'
import { formatSize, parseSize } from '../units.ts'
import type { Context } from './context.ts'
import { canHold, type Holder, holds } from './controllers.ts'

type Memory = Pick<Resources, 'memory' | 'memoryReservation' | 'memorySwap' | 'swappiness' | 'oomKillDisable'>

/** Memory and swap, with docker's rules and its default of as much swap as memory. */
export function resolveMemory(context: Context): Memory {
  const { spec, host, error, note } = context
  const memory = size(context, 'mem_limit', limit)
  const reservation = size(context, 'mem_reservation', soft)
  for (const [field, bytes] of [
    ['mem_limit', memory],
    ['mem_reservation', reservation],
  ] as const) {
    if (bytes !== null && bytes < least)
      error([field], 'value', `${formatSize(bytes)} is less than 6m`, 'write at least 6m')
  }
  if (memory !== null && reservation !== null && reservation > memory) {
    error(['mem_reservation'], 'conflict', 'it is more than mem_limit', 'write less')
  }
  if (memory !== null && memory > host.memory) {
    note(`mem_limit: ${formatSize(memory)} is more than this host has, so it will never be reached`)
  }
  if (spec.oom_kill_disable === true && holds(context, ['oom_kill_disable'], oom) && memory === null) {
    note('oom_kill_disable: without mem_limit the host itself can run out of memory')
  }
  if (spec.mem_swappiness !== undefined) holds(context, ['mem_swappiness'], swappiness)
  return {
    memory,
    memoryReservation: reservation,
    memorySwap: swapOf(context, memory),
    swappiness: spec.mem_swappiness ?? null,
    oomKillDisable: spec.oom_kill_disable ?? false,
  }
}

function swapOf(context: Context, memory: number | null): number | null {
  const { spec, host, error, note } = context
  const path = ['memswap_limit']
  if (spec.memswap_limit === undefined) {
    if (memory === null || !canHold(host.cgroup, limit)) return null
    if (canHold(host.cgroup, swap)) return memory * 2
    note('mem_limit: swap is not limited: this kernel does not account for it')
    return null
  }
  const unlimited = spec.memswap_limit === '-1'
  const total = unlimited ? -1 : size(context, 'memswap_limit', swap)
  if (unlimited) holds(context, path, swap)
  if (spec.mem_limit === undefined)
    error(path, 'conflict', 'there is no mem_limit beside it', 'add mem_limit')
  else if (total !== null && !unlimited && memory !== null && total < memory) {
    error(
      path,
      'conflict',
      'it counts memory and swap together, and is less than mem_limit',
      `write at least ${formatSize(memory)}`,
    )
  }
  return total
}

function size(
  context: Context,
  field: 'mem_limit' | 'mem_reservation' | 'memswap_limit',
  holder: Holder,
): number | null {
  const text = context.spec[field]
  if (text === undefined) return null
  const bytes = parseSize(text)
  if (bytes === null) context.error([field], 'value', `${show(text)} is no size`, 'write e.g. 64m or 1g')
  else holds(context, [field], holder)
  return bytes
}

// docker's least: a process cannot start in less.
const least = 6 * 1024 * 1024
const limit: Holder = { controller: 'memory', v1: ['memory.limit_in_bytes'], v2: ['memory.max'] }
const soft: Holder = { controller: 'memory', v1: ['memory.soft_limit_in_bytes'], v2: ['memory.low'] }
const swap: Holder = { controller: 'memory', v1: ['memory.memsw.limit_in_bytes'], v2: ['memory.swap.max'] }
const swappiness: Holder = { controller: 'memory', v1: ['memory.swappiness'], v2: [] }
const oom: Holder = { controller: 'memory', v1: ['memory.oom_control'], v2: [] }
