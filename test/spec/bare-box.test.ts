import { expect, test } from '@jest/globals'
import { bareBox } from '../../src/spec/bare-box.ts'
import { hostFacts } from './fake.ts'

test('a box for its name alone asks nothing of the host: no device, no fuse-overlayfs, no new kernel', () => {
  const user = hostFacts('debian12-user')
  const { 'fuse-overlayfs': _, ...tools } = user.tools
  const poor = { ...user, tools, kernel: [5, 4] as const, user: { ...user.user, devices: [] } }
  for (const host of [hostFacts(), user, poor])
    expect(bareBox('gone', { env: {}, host })).toMatchObject({ box: { name: 'gone' } })
})
