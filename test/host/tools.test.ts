import { describe, expect, test } from '@jest/globals'
import { readMounts } from '../../src/host/mountinfo.ts'
import { findTools, mountsHolding } from '../../src/host/tools.ts'
import { fake, programs } from './fake.ts'

describe('findTools', () => {
  test('util-linux is asked once, through unshare', () => {
    const asked: string[] = []
    const world = {
      ...fake({ ...programs('unshare', 'nsenter', 'mount', 'sh'), '/usr/sbin/pivot_root': '' }),
      version: (path: string) => {
        asked.push(path)
        return 'unshare from util-linux 2.41.5'
      },
    }
    const { tools } = findTools(world)
    expect(asked).toEqual(['/usr/bin/unshare'])
    expect(tools.pivot_root).toEqual({ path: '/usr/sbin/pivot_root', version: '2.41.5' })
    expect(tools.mount).toEqual({ path: '/usr/bin/mount', version: '2.41.5' })
    expect(tools.sh).toEqual({ path: '/usr/bin/sh', version: '' })
  })

  test('a tool of another place is asked itself', () => {
    const { tools } = findTools(
      fake(
        { ...programs('unshare'), '/usr/local/bin/mount': '' },
        {
          '/usr/bin/unshare': 'unshare from util-linux 2.38.1',
          '/usr/local/bin/mount': 'mount from util-linux 2.42-rc1 (libmount 2.42)',
        },
      ),
    )
    expect(tools.mount).toEqual({ path: '/usr/local/bin/mount', version: '2.42-rc1' })
    expect(tools.unshare?.version).toBe('2.38.1')
  })

  test('applets of busybox are known by where their link ends, and never asked', () => {
    const world = fake({ '/bin/busybox': '', '/bin/mount': '->/bin/busybox', '/bin/tar': '->/bin/busybox' })
    const version = (): string => {
      throw new Error('asked')
    }
    expect(findTools({ ...world, version }).tools).toEqual({
      busybox: { path: '/bin/busybox', version: '' },
      mount: { path: '/bin/mount', version: 'busybox' },
      tar: { path: '/bin/tar', version: 'busybox' },
    })
  })

  test('a busybox without a loader is static; where perl is nobody asks', () => {
    const busybox = (text: string, more = {}) =>
      findTools(fake({ '/bin/busybox': text, ...more })).tools.busybox
    expect(busybox('\x7fELF')?.version).toBe('static')
    expect(busybox('\x7fELF…/lib/ld-musl-x86_64.so.1')?.version).toBe('')
    expect(busybox('\x7fELF…/lib64/ld-linux-x86-64.so.2')?.version).toBe('')
    expect(busybox('#!/bin/sh')?.version).toBe('')
    expect(busybox('\x7fELF', { '/bin/perl': '' })?.version).toBe('')
  })

  test('GNU tar by its number, another by its name', () => {
    const version = (line: string) =>
      findTools(fake(programs('tar'), { '/usr/bin/tar': line })).tools.tar?.version
    expect(version('tar (GNU tar) 1.35')).toBe('1.35')
    expect(version('bsdtar 3.7.4 - libarchive 3.7.4 zlib/1.3.1')).toBe('bsdtar 3.7.4')
    expect(version('')).toBe('')
  })

  test('a directory or a file without the right to run is no tool', () => {
    const { tools } = findTools(fake({ '/usr/bin/ip/x': '', '/usr/bin/xz': 'not executable' }))
    expect(tools).toEqual({})
  })
})

describe('mountsHolding', () => {
  const world = (mountinfo: string) => fake({ ...programs('sh'), '/proc/self/mountinfo': mountinfo })
  const line = (point: string): string => `22 27 0:21 / ${point} rw - ext4 /dev/sda rw\n`
  const held = (...points: readonly string[]) => {
    const machine = world(points.map(line).join(''))
    return mountsHolding(machine, readMounts(machine), findTools(machine).places)
  }

  test('only / where there is nothing else', () => {
    expect(held('/', '/proc', '/home')).toEqual(['/'])
  })

  test('a /usr of its own, and a mount of the programs alone', () => {
    expect(held('/', '/usr', '/usr/bin', '/usr/share/doc')).toEqual(['/', '/usr', '/usr/bin'])
  })

  test('a mount point with blanks is read as it is', () => {
    expect(readMounts(world(line('/mnt/a\\040b')))[0]?.point).toBe('/mnt/a b')
  })
})
