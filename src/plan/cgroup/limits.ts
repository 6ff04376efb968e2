import type { Host } from '../../host/host.ts'
import type { Box, Resources } from '../../spec/box.ts'
import { deviceRules } from './devices.ts'

/** One limit: the cgroup file, what goes into it, and the spec field that asked. `device`: the value begins with that device's number. */
export interface Limit {
  readonly file: string
  readonly value: string
  readonly why: string
  readonly device?: string
}

/** All limits of a box in the words of the host's cgroup version, in the order in which the kernel takes them. */
export function limits(box: Box, host: Host): Limit[] {
  return host.cgroup.version === 'v2' ? v2(box.resources, host).filter(isHeld(host)) : v1(box, host)
}

/** To an ordinary user some controllers are not delegated: the notes of the box say so. */
function isHeld({ root, cgroup }: Host): (limit: Limit) => boolean {
  const there = ['cgroup', ...cgroup.v2Controllers]
  return ({ file }) => root || there.includes(file.split('.')[0] ?? '')
}

const period = 100_000

function v1(box: Box, host: Host): Limit[] {
  const { resources } = box
  const { blkio } = resources
  const has = (file: string) => host.cgroup.files.includes(file)
  const weight = has('blkio.weight') ? 'blkio.weight' : 'blkio.bfq.weight'
  return [
    ...given(resources.cpusetMems, 'cpuset.mems', 'resources.cpu.mems'),
    // A v1 cpuset without memory takes no process.
    ...given(
      resources.cpusetMems === null && resources.cpuset !== null ? '0' : null,
      'cpuset.mems',
      'cpuset',
    ),
    ...given(resources.cpuset, 'cpuset.cpus', 'cpuset'),
    ...(resources.cpus === null ? [] : [{ file: 'cpu.cfs_period_us', value: `${period}`, why: 'cpus' }]),
    ...given(
      resources.cpus === null ? null : Math.round(resources.cpus * period),
      'cpu.cfs_quota_us',
      'cpus',
    ),
    ...given(resources.cpuShares, 'cpu.shares', 'cpu_shares'),
    ...given(resources.memory, 'memory.limit_in_bytes', 'mem_limit'),
    ...given(resources.memoryReservation, 'memory.soft_limit_in_bytes', 'mem_reservation'),
    ...given(
      has('memory.memsw.limit_in_bytes') ? resources.memorySwap : null,
      'memory.memsw.limit_in_bytes',
      'memswap_limit',
    ),
    ...given(resources.swappiness, 'memory.swappiness', 'mem_swappiness'),
    ...(resources.oomKillDisable
      ? [{ file: 'memory.oom_control', value: '1', why: 'oom_kill_disable' }]
      : []),
    ...given(resources.pids === -1 ? 'max' : resources.pids, 'pids.max', 'pids_limit'),
    ...given(blkio.weight, weight, 'blkio_config.weight'),
    ...blkio.weightDevices.map((one) => ({
      file: `${weight}_device`,
      value: ` ${one.weight}`,
      why: 'blkio_config.weight_device',
      device: one.path,
    })),
    ...blkio.limits.map(({ kind, path, rate }) => ({
      file: `blkio.throttle.${kind}_device`,
      value: ` ${rate}`,
      why: `blkio_config.device_${kind}`,
      device: path,
    })),
    // A hybrid host may have this controller in its v2 tree.
    ...resources.hugetlb.map(({ pageSize, limit }) => ({
      file: 'hugetlb' in host.cgroup.v1 ? `hugetlb.${pageSize}.limit_in_bytes` : `hugetlb.${pageSize}.max`,
      value: `${limit}`,
      why: 'resources.hugepageLimits',
    })),
    ...('devices' in host.cgroup.v1 ? deviceRules(box) : []),
  ]
}

const v2Kinds = { read_bps: 'rbps', write_bps: 'wbps', read_iops: 'riops', write_iops: 'wiops' } as const

function v2(resources: Resources, host: Host): Limit[] {
  const { blkio } = resources
  const weight = host.cgroup.files.includes('io.weight') ? 'io.weight' : 'io.bfq.weight'
  return [
    ...given(resources.cpusetMems, 'cpuset.mems', 'resources.cpu.mems'),
    ...given(resources.cpuset, 'cpuset.cpus', 'cpuset'),
    ...given(
      resources.cpus === null ? null : `${Math.round(resources.cpus * period)} ${period}`,
      'cpu.max',
      'cpus',
    ),
    ...given(
      resources.cpuShares === null ? null : cpuWeight(resources.cpuShares),
      'cpu.weight',
      'cpu_shares',
    ),
    ...given(resources.memory, 'memory.max', 'mem_limit'),
    ...given(resources.memoryReservation, 'memory.low', 'mem_reservation'),
    ...given(swapOnly(resources), 'memory.swap.max', 'memswap_limit'),
    ...given(resources.pids === -1 ? 'max' : resources.pids, 'pids.max', 'pids_limit'),
    ...given(blkio.weight, weight, 'blkio_config.weight'),
    ...blkio.weightDevices.map((one) => ({
      file: weight,
      value: ` ${one.weight}`,
      why: 'blkio_config.weight_device',
      device: one.path,
    })),
    ...blkio.limits.map(({ kind, path, rate }) => ({
      file: 'io.max',
      value: ` ${v2Kinds[kind]}=${rate}`,
      why: `blkio_config.device_${kind}`,
      device: path,
    })),
    ...resources.hugetlb.map(({ pageSize, limit }) => ({
      file: `hugetlb.${pageSize}.max`,
      value: `${limit}`,
      why: 'resources.hugepageLimits',
    })),
    ...resources.unified.map(([file, value]) => ({ file, value, why: `resources.unified.${file}` })),
  ]
}

/** v1 counts memory and swap together, v2 swap alone. */
function swapOnly({ memory, memorySwap }: Resources): string | null {
  if (memorySwap === null) return null
  return memorySwap === -1 ? 'max' : `${memorySwap - (memory ?? 0)}`
}

/** The conversion of the OCI runtimes: [2, 262144] to [1, 10000]. */
function cpuWeight(shares: number): number {
  return 1 + Math.floor(((shares - 2) * 9999) / 262142)
}

function given(value: string | number | null, file: string, why: string): Limit[] {
  return value === null ? [] : [{ file, value: `${value}`, why }]
}
