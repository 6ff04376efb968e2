import type { Resources } from '../box.ts'
import { show } from '../diagnostic.ts'
import { resolveBlkio } from './blkio.ts'
import type { Context } from './context.ts'
import { holds } from './controllers.ts'
import { resolveDeviceRules } from './device-rules.ts'
import { resolveHugetlb } from './hugetlb.ts'
import { resolveMemory } from './memory.ts'
import { resolveUnified } from './unified.ts'

/** Limits; each is possible on this host, or an error. */
export function resolveResources(context: Context): Resources {
  return {
    cpus: cpus(context),
    cpuShares: shares(context),
    cpuset: cpuset(context),
    cpusetMems: mems(context),
    ...resolveMemory(context),
    pids: pids(context),
    blkio: resolveBlkio(context),
    deviceRules: resolveDeviceRules(context),
    hugetlb: resolveHugetlb(context),
    unified: resolveUnified(context),
  }
}

function cpus(context: Context): number | null {
  const { spec, host, error } = context
  if (spec.cpus === undefined) return null
  const wrong = (code: 'value' | 'host', message: string, remedy: string): null => {
    error(['cpus'], code, message, remedy)
    return null
  }
  const count = /^\d{1,6}(\.\d{1,9})?$/.test(spec.cpus) ? Number(spec.cpus) : null
  if (count === null) return wrong('value', `${show(spec.cpus)} is no number of CPUs`, 'write e.g. 0.5 or 2')
  if (count < 0.01)
    return wrong(
      'value',
      `${spec.cpus} is less than 0.01`,
      'write at least 0.01, or leave it out for no limit',
    )
  if (count > host.cpus)
    return wrong('host', `${spec.cpus} is more than this host has`, `it has ${host.cpus}`)
  return holds(context, ['cpus'], { controller: 'cpu', v1: ['cpu.cfs_quota_us'], v2: ['cpu.max'] })
    ? count
    : null
}

function shares(context: Context): number | null {
  const { cpu_shares = null } = context.spec
  if (cpu_shares !== null)
    holds(context, ['cpu_shares'], { controller: 'cpu', v1: ['cpu.shares'], v2: ['cpu.weight'] })
  return cpu_shares
}

function cpuset(context: Context): string | null {
  const { spec, host, error } = context
  if (spec.cpuset === undefined) return null
  const highest = lastOf(spec.cpuset)
  if (highest === null)
    error(['cpuset'], 'value', `${show(spec.cpuset)} is no list of CPUs`, 'write e.g. 0-3,6')
  else if (highest >= host.cpus) {
    error(
      ['cpuset'],
      'host',
      `there is no CPU ${highest} on this host`,
      `it has 0${host.cpus > 1 ? `-${host.cpus - 1}` : ''}`,
    )
  } else holds(context, ['cpuset'], { controller: 'cpuset', v1: ['cpuset.cpus'], v2: ['cpuset.cpus'] })
  return spec.cpuset
}

function mems(context: Context): string | null {
  const text = context.spec.resources?.cpu?.mems
  if (text === undefined) return null
  const path = ['resources', 'cpu', 'mems']
  if (lastOf(text) === null)
    context.error(path, 'value', `${show(text)} is no list of memory nodes`, 'write e.g. 0 or 0-1')
  else holds(context, path, { controller: 'cpuset', v1: ['cpuset.mems'], v2: ['cpuset.mems'] })
  return text
}

/** The highest number of a list such as `0-3,6`; null when it is none. */
function lastOf(list: string): number | null {
  let last = -1
  for (const part of list.split(',')) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part)
    const from = Number(match?.[1])
    const to = match?.[2] === undefined ? from : Number(match[2])
    if (match === null || to < from) return null
    last = Math.max(last, to)
  }
  return last
}

function pids(context: Context): number | null {
  const { pids_limit: limit = null } = context.spec
  if (limit === null) return null
  if (limit >= 0 && limit < 4) {
    context.error(
      ['pids_limit'],
      'value',
      `${limit} is less than 4`,
      'starting a box takes four processes at once; -1 is unlimited',
    )
  } else holds(context, ['pids_limit'], { controller: 'pids', v1: ['pids.max'], v2: ['pids.max'] })
  return limit
}
