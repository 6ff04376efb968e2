import { describe, expect, test } from '@jest/globals'
import type { Host } from '../../src/host/host.ts'
import { limits } from '../../src/plan/cgroup/limits.ts'
import { boxOf, errorsOf, hostFacts } from './fake.ts'

// What becomes of limits that an ordinary user may not set.
const nothing = hostFacts('debian12-user')
/** As systemd does it by itself: the session's group, with two controllers. */
const session: Host = {
  ...nothing,
  cgroup: {
    version: 'v2',
    v1: {},
    v2: '/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service',
    v2Controllers: ['memory', 'pids'],
    files: hostFacts('debian13-v2').cgroup.files.filter((file) => /^(cgroup|memory|pids)\./.test(file)),
    manager: 'systemd',
  },
}

const all = {
  cpus: 'cpus: 1',
  cpu_shares: 'cpu_shares: 512',
  cpuset: 'cpuset: "0"',
  'resources.cpu.mems': 'resources: {cpu: {mems: "0"}}',
  mem_limit: 'mem_limit: 64m',
  mem_reservation: 'mem_reservation: 64m',
  memswap_limit: 'mem_limit: 64m\nmemswap_limit: 64m',
  mem_swappiness: 'mem_swappiness: 10',
  oom_kill_disable: 'oom_kill_disable: true',
  pids_limit: 'pids_limit: 50',
  'blkio_config.weight': 'blkio_config: {weight: 50}',
  'blkio_config.weight_device': 'blkio_config: {weight_device: [{path: /dev/sda, weight: 50}]}',
  'blkio_config.device_read_bps': 'blkio_config: {device_read_bps: [{path: /dev/sda, rate: 1m}]}',
  device_cgroup_rules: 'device_cgroup_rules: ["c 10:200 rwm"]',
  'resources.hugepageLimits[0]': 'resources: {hugepageLimits: [{pageSize: 2MB, limit: 2m}]}',
  'resources.unified["memory.high"]': 'resources: {unified: {memory.high: "1"}}',
  'resources.unified["cgroup.max.depth"]': 'resources: {unified: {cgroup.max.depth: "1"}}',
}

const notHeld = (text: string, host: Host) =>
  boxOf(`${text}\n`, { host }).notes.filter((note) => note.includes('not held'))

describe('no group is delegated: each limit is a note that names its field', () => {
  test.each(Object.entries(all))('%s', (field, text) => {
    expect(errorsOf(text, { host: nothing })).toEqual([])
    expect(notHeld(text, nothing).map((note) => note.split(': not held: ')[0])).toContain(field)
  })

  test('the note says how the limit would be held', () => {
    expect(notHeld('mem_limit: 64m', nothing)).toEqual([
      'mem_limit: not held: the controller "memory" is not delegated to you; log in through systemd-logind on a machine with ' +
        'cgroup v2 (or loginctl enable-linger); for cpu, cpuset and io also `sudo systemctl edit user@.service`, with the lines [Service] and ' +
        'Delegate=cpu cpuset io memory pids',
    ])
  })
})

describe('memory and pids are delegated', () => {
  test('these are held, the others are notes', () => {
    const text = 'mem_limit: 64m\npids_limit: 50\ncpus: 1\ncpuset: "0"'
    expect(notHeld(text, session)).toEqual([
      expect.stringMatching(/^cpus: not held: the controller "cpu".*systemctl edit user@\.service/),
      expect.stringMatching(/^cpuset: not held: the controller "cpuset"/),
    ])
    const written = limits(boxOf(text, { host: session }), session).map(({ file }) => file)
    expect(written).toEqual(['memory.max', 'memory.swap.max', 'pids.max'])
  })

  test('raw files likewise; those of the group itself are there', () => {
    const text = 'resources: {unified: {cpu.max: "1 2", memory.high: "9", cgroup.max.depth: "3"}}'
    expect(notHeld(text, session)).toEqual([expect.stringMatching(/^resources\.unified\["cpu\.max"\]: /)])
    expect(limits(boxOf(text, { host: session }), session).map(({ file }) => file)).toEqual([
      'memory.high',
      'cgroup.max.depth',
    ])
  })

  test('what cgroup v2 cannot hold is an error, as for root', () => {
    expect(errorsOf('mem_swappiness: 10', { host: session })).toEqual([
      'mem_swappiness: cgroup v2 cannot hold this: the controller "memory" has it on v1 only',
    ])
  })
})

test('a value that is wrong is an error, held or not', () => {
  expect(errorsOf('mem_limit: much\npids_limit: 1', { host: nothing })).toEqual([
    'mem_limit: "much" is no size',
    'pids_limit: 1 is less than 4',
  ])
})
