import { describe, expect, test } from '@jest/globals'
import { readCgroups } from '../../src/host/cgroup.ts'
import { readMounts } from '../../src/host/mountinfo.ts'
import { fake, files } from './fake.ts'

const mount = (point: string, type: string, options: string): string =>
  `31 23 0:28 / ${point} rw,relatime - ${type} ${type} ${options}\n`

const read = (tree: Readonly<Record<string, string>>, kernel: readonly [number, number] = [6, 12]) => {
  const world = fake(tree)
  return readCgroups(world, readMounts(world), { kernel, hugepages: ['2MB'], systemd: false })
}

const v1 = {
  ...files('/sys/fs/cgroup/cpu,cpuacct', 'cgroup.procs cgroup.sane_behavior cpu.shares cpuacct.usage tasks'),
  ...files('/sys/fs/cgroup/pids', 'cgroup.procs'),
  ...files('/sys/fs/cgroup/blkio', 'cgroup.procs blkio.bfq.io_serviced'),
  ...files('/sys/fs/cgroup/systemd', 'cgroup.procs release_agent'),
}
const v1Mounts =
  mount('/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'rw,cpu,cpuacct') +
  mount('/sys/fs/cgroup/pids', 'cgroup', 'rw,pids') +
  mount('/sys/fs/cgroup/blkio', 'cgroup', 'rw,blkio') +
  mount('/sys/fs/cgroup/systemd', 'cgroup', 'rw,xattr,name=systemd')

describe('readCgroups', () => {
  test('v1: controllers that share a tree, and files that only a child has', () => {
    expect(read({ ...v1, '/proc/self/mountinfo': v1Mounts })).toEqual({
      version: 'v1',
      v1: {
        cpu: '/sys/fs/cgroup/cpu,cpuacct',
        cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
        pids: '/sys/fs/cgroup/pids',
        blkio: '/sys/fs/cgroup/blkio',
      },
      v2: null,
      v2Controllers: [],
      files: [
        'blkio.bfq.io_serviced',
        'blkio.bfq.weight',
        'blkio.bfq.weight_device',
        'cgroup.procs',
        'cpu.shares',
        'cpuacct.usage',
        'pids.current',
        'pids.events',
        'pids.max',
      ],
      manager: null,
    })
  })

  test('hybrid: a v2 tree beside, with what v1 left to it', () => {
    const facts = read({
      ...v1,
      ...files('/sys/fs/cgroup/unified', 'cgroup.procs'),
      '/sys/fs/cgroup/unified/cgroup.controllers': 'hugetlb\n',
      '/proc/self/mountinfo': v1Mounts + mount('/sys/fs/cgroup/unified', 'cgroup2', 'rw,nsdelegate'),
    })
    expect(facts).toMatchObject({
      version: 'hybrid',
      v2: '/sys/fs/cgroup/unified',
      v2Controllers: ['hugetlb'],
    })
    expect(facts.files).toEqual(expect.arrayContaining(['cpu.shares', 'hugetlb.2MB.max', 'cgroup.kill']))
    expect(facts.files).not.toContain('memory.max')
  })

  const v2 = {
    ...files('/sys/fs/cgroup', 'cgroup.procs'),
    '/sys/fs/cgroup/cgroup.controllers': 'cpu memory pids io\n',
    '/proc/self/mountinfo': mount('/sys/fs/cgroup', 'cgroup2', 'rw'),
    '/proc/swaps': '',
  }

  test('v2 without groups: derived from controllers and kernel', () => {
    const facts = read({ ...v2, '/sys/block/vda/queue/scheduler': '[none] mq-deadline bfq\n' })
    expect(facts.version).toBe('v2')
    for (const name of [
      'memory.max',
      'memory.swap.max',
      'pids.max',
      'io.max',
      'io.bfq.weight',
      'cgroup.kill',
    ])
      expect(facts.files).toContain(name)
    expect(facts.files).not.toContain('io.weight')
    expect(facts.files).not.toContain('cpu.max')
    expect(facts.files).not.toContain('cpuset.cpus')
  })

  test('v2: an older kernel has fewer files, one with io.cost has io.weight', () => {
    const facts = read({ ...v2, '/sys/fs/cgroup/io.cost.qos': '' }, [5, 10])
    expect(facts.files).toContain('io.weight')
    expect(facts.files).toContain('cgroup.freeze')
    expect(facts.files).not.toContain('cgroup.kill')
  })

  test('v2 under systemd: the files of a group that is there, and of controllers not yet handed down', () => {
    const facts = read({
      ...v2,
      '/sys/fs/cgroup/cgroup.subtree_control': 'memory pids\n',
      ...files('/sys/fs/cgroup/init.scope', 'cgroup.procs memory.max memory.zswap.max pids.max'),
    })
    expect(facts.files).toEqual(expect.arrayContaining(['memory.zswap.max', 'io.max', 'cpu.weight']))
    expect(facts.files).not.toContain('init.scope')
    expect(facts.files).not.toContain('memory.min')
  })

  test('a tree without controllers does not make a machine hybrid, a hidden one does not count', () => {
    const systemd = mount('/sys/fs/cgroup/systemd', 'cgroup', 'rw,name=systemd')
    const hidden = mount('/mnt/old', 'cgroup', 'rw,memory')
    const facts = read({
      ...v2,
      ...files('/sys/fs/cgroup/systemd', 'cgroup.procs'),
      '/proc/self/mountinfo': v2['/proc/self/mountinfo'] + systemd + hidden,
    })
    expect(facts).toMatchObject({ version: 'v2', v1: {} })
  })
})
