import { describe, expect, test } from '@jest/globals'
import { boxOf, errorsOf, hostFacts } from './fake.ts'

const host = hostFacts('debian12-user')
const fields = ['mount', 'network_mode', 'ipc', 'uts', 'cgroup', 'time']

/** But those of the root that a joined mount namespace does without. */
const errors = (spec: string, who = host) =>
  errorsOf(spec, { host: who }).filter((error) => !error.startsWith('rootfs'))

describe('an ordinary user joins a namespace of another box', () => {
  test.each(fields)('%s: not without its user namespace', (field) => {
    const spec = `${field}: box:a\n`
    const error = `${field}: the namespace belongs to the user namespace of a, where this box has no rights`
    expect(errors(spec)).toEqual([error])
    expect(errors(`${spec}userns_mode: box:b\n`)).toEqual([error])
    expect(errors(`${spec}userns_mode: box:a\n`)).toEqual([])
    expect(errors(spec, hostFacts())).toEqual([])
  })

  test('pid: told once', () => {
    expect(errors('pid: box:a\n')).toHaveLength(1)
    expect(errors('pid: box:a\nuserns_mode: box:a\n')).toEqual([])
    const other = 'mount: box:b\nuserns_mode: box:b\npid: box:a\n'
    expect(errors(other)).toEqual([expect.stringMatching(/^pid: .* of a,/)])
  })

  test('of a path nobody knows', () => {
    expect(
      boxOf('network_mode: box:a\nuserns_mode: /proc/7/ns/user\n', { host }).namespaces.network.mode,
    ).toBe('box')
  })
})

test('mount: host is for root', () => {
  expect(errors('mount: host\n')).toEqual([
    "mount: the host's mount namespace belongs to root, and no box of an ordinary user gets in",
  ])
  expect(errors('mount: host\n', hostFacts())).toEqual([])
})
