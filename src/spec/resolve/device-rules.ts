import { show } from '../diagnostic.ts'
import type { Context } from './context.ts'

/** `TYPE MAJOR:MINOR PERMISSIONS`; type `a` stands for both `c` and `b`. */
export function resolveDeviceRules({ spec, host, error, note }: Context): string[] {
  const rules = spec.device_cgroup_rules ?? []
  if (rules.length > 0 && host.cgroup.v1.devices === undefined) {
    note(
      host.root
        ? 'device_cgroup_rules: not held: cgroup v2 has no device files (it would take a BPF program); what stands in ' +
            'is that /dev holds the listed devices only, and that the root is nodev, without CAP_MKNOD to make others'
        : 'device_cgroup_rules: not held: it would take root; what stands in is that /dev holds the listed devices only, ' +
            'that you may do there what you may outside, and that nobody but root of the machine makes others',
    )
  }
  return rules.flatMap((rule, index) => {
    const match = /^([acb]) (\d{1,7}|\*):(\d{1,7}|\*) ([rwm]{1,3})$/.exec(rule)
    const [, type = '', major, minor, permissions = ''] = match ?? []
    if (match === null || new Set(permissions).size !== permissions.length) {
      error(
        ['device_cgroup_rules', index],
        'value',
        `${show(rule)} is no device rule`,
        'write e.g. "c 10:200 rwm"',
      )
      return []
    }
    const types = type === 'a' ? ['c', 'b'] : [type]
    return types.map((one) => `${one} ${major}:${minor} ${permissions}`)
  })
}
