import type { Box } from '../../spec/box.ts'
import type { Limit } from './limits.ts'

/** docker's default list: make any node, use the harmless ones, terminals, and nothing else. */
const defaults = [
  'c *:* m',
  'b *:* m',
  'c 1:3 rwm',
  'c 1:5 rwm',
  'c 1:7 rwm',
  'c 1:8 rwm',
  'c 1:9 rwm',
  'c 5:0 rwm',
  'c 5:2 rwm',
  'c 136:* rwm',
]

/** Rules of the v1 devices controller. v2 has none without eBPF: there no node but the listed ones exists, on mounts that allow none. */
export function deviceRules(box: Box): Limit[] {
  if (box.privileges.privileged) return []
  const devices = box.mounts.devices.map(
    ({ source, permissions, why }): Limit => ({
      file: 'devices.allow',
      value: ` ${permissions}`,
      device: source,
      why,
    }),
  )
  return [
    { file: 'devices.deny', value: 'a', why: 'always' },
    { file: 'devices.allow', value: defaults.join('\n'), why: 'always' },
    ...devices,
    ...box.resources.deviceRules.map((rule) => ({
      file: 'devices.allow',
      value: rule,
      why: 'device_cgroup_rules',
    })),
  ]
}
