import { describe, expect, test } from '@jest/globals'
import type { Host } from '../../src/host/host.ts'
import { boxOf, hostFacts, resolveText } from './fake.ts'

const host = hostFacts('debian12-user')
const { uid } = host.user
const helps = (text: string, by: Host): (string | undefined)[] => {
  const result = resolveText(`rootfs: host\ncommand: x\n${text}`, { host: by })
  return 'box' in result ? [] : result.errors.map(({ remedy }) => remedy)
}

describe('a remedy can be applied by who reads it', () => {
  test.each([
    ['userns_mode: keepid', 'use private, auto, keep-id, host, box:NAME or an absolute path'],
    ['network_mode: pasta:x', 'use none, pasta, slirp4netns, host, box:NAME or an absolute path'],
    ['ipc: x', 'use private, host, box:NAME or an absolute path'],
  ])('%s', (spec, help) => {
    expect(helps(spec, host)).toEqual([help])
  })

  test('the mapping that an ordinary user is shown is right', () => {
    const gids = `gidMappings: [{containerID: 0, hostID: ${host.user.gid}, size: 1}]\n`
    const uids = `uidMappings: [{containerID: 0, hostID: ${uid}, size: 1}]\n`
    expect(helps(gids, host)).toEqual([`add \`${uids.trim()}\`, or use \`userns_mode: auto\` or \`keep-id\``])
    expect(helps(uids, host)).toEqual([expect.stringContaining(gids.trim())])
    expect(helps(uids + gids, host)).toEqual([])
  })

  test('root is shown a range', () => {
    expect(helps('userns_mode: private', hostFacts())[0]).toContain('hostID: 100000, size: 65536')
  })
})

test('without a pid namespace and control groups what is left running is not found, and it says so', () => {
  const told = (spec: string, by: Host) =>
    boxOf(spec, { host: by }).notes.filter((note) => /^pid: /.test(note))
  expect(told('pid: host\n', host)).toEqual([expect.stringContaining('outlives the box')])
  expect(told('', host)).toEqual([])
  expect(told('pid: host\n', hostFacts())).toEqual([])
})
