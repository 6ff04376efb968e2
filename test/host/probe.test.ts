import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, machine as uname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { probe } from '../../src/host/probe.ts'
import { readHost } from '../../src/host/read-host.ts'
import { machine } from '../../src/host/world.ts'
import { fake, programs } from './fake.ts'

const status = `Name:\tnode\nUid:\t0\t0\t0\t0\nCapBnd:\t000001ffffffffff\nSeccomp:\t0\n`
const identity = '         0          0 4294967295\n'

describe('probe', () => {
  test('an empty machine has no facts, and that is no error', () => {
    const host = probe(fake({}))
    expect(host).toMatchObject({ root: false, tools: {}, toolMounts: ['/'], masks: [], seccomp: false })
    expect(host.cgroup).toEqual({
      version: 'none',
      v1: {},
      v2: null,
      v2Controllers: [],
      files: [],
      manager: null,
    })
  })

  test('what /proc and /sys say', () => {
    const host = probe(
      fake({
        '/proc/self/status': status,
        '/proc/self/uid_map': identity,
        '/proc/self/ns/mnt': '',
        '/proc/self/ns/pid': '',
        '/proc/self/ns/pid_for_children': '',
        '/proc/sys/kernel/osrelease': '6.12.43+deb13-amd64\n',
        '/proc/sys/kernel/hostname': 'trixie\n',
        '/proc/filesystems': 'nodev\tproc\nnodev\ttmpfs\n\text4\n',
        '/lib/modules/6.12.43+deb13-amd64/kernel/fs/overlayfs/overlay.ko.xz': '',
        '/sys/devices/system/cpu/online': '0-3,6\n',
        '/proc/meminfo': 'MemTotal:        2048 kB\nMemFree: 1 kB\n',
        '/sys/kernel/mm/hugepages/hugepages-1048576kB/nr': '',
        '/sys/kernel/mm/hugepages/hugepages-2048kB/nr': '',
        '/sys/kernel/mm/hugepages/hugepages-64kB/nr': '',
        '/proc/self/limits':
          'Limit                     Soft Limit           Hard Limit           Units     \n' +
          'Max cpu time              unlimited            unlimited            seconds   \n' +
          'Max open files            1024                 524288               files     \n' +
          'Max nice priority         0                    0                    \n',
        '/proc/acpi/wakeup': '',
        '/proc/kcore': '',
        '/proc/sys/vm/swappiness': '',
        '/proc/sysrq-trigger': '',
        '/sys/devices/system/cpu/cpu0/thermal_throttle/count': '',
        '/sys/devices/system/cpu/cpu1/thermal_throttle/count': '',
        '/sys/devices/system/cpu/cpufreq/boost': '',
      }),
    )
    expect(host).toMatchObject({
      kernel: [6, 12],
      hostname: 'trixie',
      root: true,
      namespaces: ['mnt', 'pid'],
      filesystems: ['overlay', 'proc', 'tmpfs'],
      seccomp: true,
      cpus: 5,
      memory: 2097152,
      hugepages: ['64KB', '2MB', '1GB'],
      rlimits: { cpu: null, nofile: 524288, nice: 0 },
      masks: [
        { path: '/proc/acpi', directory: true },
        { path: '/proc/kcore', directory: false },
        { path: '/sys/devices/system/cpu/cpu0/thermal_throttle', directory: true },
        { path: '/sys/devices/system/cpu/cpu1/thermal_throttle', directory: true },
      ],
      readonlyPaths: ['/proc/sys', '/proc/sysrq-trigger'],
    })
    expect(host.capabilities).toHaveLength(41)
    expect(host.capabilities.at(-1)).toBe('CAP_CHECKPOINT_RESTORE')
  })

  test('uid 0 of a user namespace is not root', () => {
    const map = '         0       1000          1\n'
    expect(probe(fake({ '/proc/self/status': status, '/proc/self/uid_map': map })).root).toBe(false)
  })

  test('a bit of the bounding set that is not set is a capability that is not there', () => {
    const host = probe(fake({ '/proc/self/status': 'CapBnd:\t000001fffeffffff\n' }))
    expect(host.capabilities).not.toContain('CAP_SYS_RESOURCE')
    expect(host.capabilities).toHaveLength(40)
  })

  test('another architecture is an error, not a box without a filter', () => {
    expect(() => probe({ ...fake(programs('sh')), arch: 'riscv64' })).toThrow(/riscv64/)
  })

  test('this machine: sane, the same twice, and quick when versions are in the cache', () => {
    const root = mkdtempSync(join(tmpdir(), 'boxes-probe-'))
    try {
      const cache = join(root, 'cache/tools.json')
      const first = probe(machine(cache))
      const start = performance.now()
      const second = probe(machine(cache))
      const took = performance.now() - start
      expect(second).toEqual(first)
      expect(took).toBeLessThan(20)
      expect(readHost(JSON.stringify(first))).toEqual(first)
      expect(first.arch).toBe(uname())
      expect(first.tools.unshare?.version).toMatch(/^2\.\d+/)
      expect(first.tools.mount?.version).toBe(first.tools.unshare?.version)
      expect(first.namespaces).toEqual(expect.arrayContaining(['mnt', 'pid', 'user']))
      expect(first.toolMounts).toContain('/')
      expect(first.cpus).toBeGreaterThan(0)
      expect(first.memory).toBeGreaterThan(2 ** 26)
    } finally {
      rmSync(root, { recursive: true })
    }
  })
})
