import { count, flag, list, map, type Schema, size, string, text, word } from './kinds.ts'

/** Limits that control groups hold. */
export const resources: Record<string, Schema> = {
  cpus: { description: 'CPU time, in CPUs.', type: ['number', 'string'], examples: [1.5].map(String) },
  cpu_shares: count('Share of CPU time when it is scarce; 1024 is the normal one.', 2, 262144),
  cpuset: word('CPUs it may run on.', '0-3,6'),
  mem_limit: size('Most memory it may use; at least 6m.'),
  mem_reservation: size('Memory that is kept for it when memory is scarce; less than mem_limit.'),
  memswap_limit: size('Memory and swap together; -1 for unlimited swap. Default: twice mem_limit.'),
  mem_swappiness: count('How eagerly its memory is swapped out (cgroup v1 only).', 0, 100),
  oom_kill_disable: flag('Pause it instead of killing it when it reaches mem_limit (cgroup v1 only).'),
  pids_limit: count('Most processes and threads; at least 4, -1 for unlimited.', -1, 4194304),
  blkio_config: map('Limits on block devices.', {
    weight: count('Share of disk time, 10 to 1000.', 10, 1000),
    weight_device: list(
      'Shares for single devices.',
      map(
        'One device.',
        { path: devicePath(), weight: count('Share of disk time, 10 to 1000.', 10, 1000) },
        'path',
        'weight',
      ),
    ),
    device_read_bps: rates('Bytes read per second.', size('Bytes per second.')),
    device_write_bps: rates('Bytes written per second.', size('Bytes per second.')),
    device_read_iops: rates('Reads per second.', count('Operations per second.', 1, 4294967295)),
    device_write_iops: rates('Writes per second.', count('Operations per second.', 1, 4294967295)),
  }),
  device_cgroup_rules: list(
    'Rules that allow devices, as in the kernel: type, major:minor, permissions.',
    string('Rule.', 'c 10:200 rwm'),
  ),
  resources: map('Low-level limits, in the words of the OCI runtime specification.', {
    cpu: map('CPU controller.', { mems: word('Memory nodes it may use.', '0') }),
    hugepageLimits: list(
      'Limits on huge pages.',
      map(
        'One page size.',
        { pageSize: string('Size of the page.', '2MB'), limit: size('Most bytes in such pages.') },
        'pageSize',
        'limit',
      ),
    ),
    unified: {
      description: 'Files of the cgroup v2 group and the values to write.',
      type: 'object',
      additionalProperties: text('Value of this file.'),
    },
  }),
}

function rates(description: string, rate: Schema): Schema {
  return list(description, map('One device.', { path: devicePath(), rate }, 'path', 'rate'))
}

function devicePath(): Schema {
  return string('Block device on the host.', '/dev/sda')
}
