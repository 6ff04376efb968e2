import { describe, expect, test } from '@jest/globals'
import { boxOf, errorsOf, hostFacts } from './fake.ts'

const host = hostFacts('debian12-user')

describe.each(['pasta', 'slirp4netns'] as const)('network_mode: %s', (tool) => {
  const field = `network_mode: ${tool}\n`

  test('an ordinary user’s box has a network of its own, and the tool', () => {
    const { namespaces, network } = boxOf(field, { host })
    expect(namespaces.network).toEqual({ mode: 'private' })
    expect(network.tool).toBe(tool)
  })

  test('root is refused', () => {
    expect(errorsOf(field)).toEqual([
      `network_mode: ${tool} is for boxes of an ordinary user: it would connect to others as root`,
    ])
  })

  test('it is refused where its device is shut', () => {
    const closed = { ...host, user: { ...host.user, devices: ['/dev/fuse'] } }
    expect(errorsOf(field, { host: closed })).toEqual([
      `network_mode: ${tool} cannot connect the box: anna may not open /dev/net/tun`,
    ])
  })

  test('no raw packets, unless they are asked for, and then it says what that means', () => {
    const plain = boxOf(field, { host })
    expect(plain.privileges.capabilities).not.toContain('CAP_NET_RAW')
    expect(plain.notes.join('\n')).not.toMatch(/loopback/)
    for (const [more, names] of [
      ['cap_add: [NET_RAW]', 'CAP_NET_RAW'],
      ['cap_add: [NET_ADMIN]', 'CAP_NET_ADMIN'],
      ['privileged: true', 'CAP_NET_ADMIN and CAP_NET_RAW'],
    ])
      expect(boxOf(`${field}${more}\n`, { host }).notes.join('\n')).toContain(
        `network_mode: with ${names} a process of the box can reach what listens on the host's loopback`,
      )
  })
})

test('a network that is joined may be connected, too', () => {
  const joined = boxOf('userns_mode: box:a\nnetwork_mode: box:a\n', { host })
  expect(joined.privileges.capabilities).not.toContain('CAP_NET_RAW')
  expect(
    boxOf('userns_mode: box:a\nnetwork_mode: box:a\ncap_add: [NET_RAW]\n', { host }).notes,
  ).toContainEqual(expect.stringContaining('pasta or slirp4netns, if one connects that network'))
})

test('without such a tool raw packets stay allowed, as with docker', () => {
  expect(boxOf('', { host }).privileges.capabilities).toContain('CAP_NET_RAW')
  expect(boxOf('', { host }).network.tool).toBe(null)
})

test('who names a network of docker’s is told what there is', () => {
  expect(errorsOf('network_mode: bridge', { host })).toEqual(['network_mode: "bridge" is not supported yet'])
})
