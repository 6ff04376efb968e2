import type { Resources } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Path } from '../spec.ts'
import { parseSize } from '../units.ts'
import type { Context } from './context.ts'
import { type Holder, holds } from './controllers.ts'
import { insidePath } from './paths-inside.ts'

/** Limits on block devices. Weights need the bfq scheduler, or io.cost on v2. */
export function resolveBlkio(context: Context): Resources['blkio'] {
  const { weight = null, weight_device = [] } = context.spec.blkio_config ?? {}
  if (weight !== null) holds(context, ['blkio_config', 'weight'], weightHolder)
  if (weight_device.length > 0) holds(context, ['blkio_config', 'weight_device'], deviceHolder)
  const weightDevices = weight_device.map((one, index) => ({
    path: device(context, one.path, ['blkio_config', 'weight_device', index, 'path']),
    weight: one.weight,
  }))
  return { weight, weightDevices, limits: kinds.flatMap((kind) => limits(context, kind)) }
}

function limits(context: Context, kind: (typeof kinds)[number]): Resources['blkio']['limits'] {
  const field = `device_${kind}` as const
  const all = context.spec.blkio_config?.[field] ?? []
  if (all.length === 0) return []
  const path = ['blkio_config', field]
  holds(context, path, { controller: 'io', v1: [`blkio.throttle.${kind}_device`], v2: ['io.max'] })
  return all.map((one, index) => {
    const rate = typeof one.rate === 'number' ? one.rate : parseSize(one.rate)
    if (rate === null || rate < 1) {
      context.error(
        [...path, index, 'rate'],
        'value',
        `${show(one.rate)} is no rate`,
        'write bytes per second, e.g. 10m',
      )
    }
    return { kind, path: device(context, one.path, [...path, index, 'path']), rate: rate ?? 0 }
  })
}

function device(context: Context, text: string, path: Path): string {
  const device = insidePath(context, text, path)
  if (device === null) return '/dev/null'
  if (device.startsWith('/dev/')) return device
  context.error(
    path,
    'value',
    `${show(device)} is not below /dev`,
    'name a block device of the host, e.g. /dev/sda',
  )
  return device
}

const kinds = ['read_bps', 'write_bps', 'read_iops', 'write_iops'] as const
const weightHolder: Holder = {
  controller: 'io',
  v1: ['blkio.bfq.weight', 'blkio.weight'],
  v2: ['io.bfq.weight', 'io.weight'],
}
const deviceHolder: Holder = {
  controller: 'io',
  v1: ['blkio.bfq.weight_device', 'blkio.weight_device'],
  v2: ['io.bfq.weight', 'io.weight'],
}
