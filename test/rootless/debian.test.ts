import { readdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { world } from '../harness/index.ts'

const here = world('anna')

test('a Debian made by an ordinary user: owners are right, the cache outlives the box and can be removed', async () => {
  const box = here.box({
    rootfs: { debootstrap: 'bookworm', variant: 'minbase' },
    command: [
      'sh',
      '-c',
      'cut -d. -f1 /etc/debian_version; stat -c "%u:%g %a" / /etc/shadow /var/mail /usr/bin/passwd',
    ],
  })
  const expected = { status: 0, stdout: '12\n0:0 755\n0:42 640\n0:8 2775\n0:0 4755\n' }
  expect(await box.up({ timeout: 500_000 })).toMatchObject(expected)
  await box.down('-t', '0')
  const entries = readdirSync(`${here.root}/roots`)
  expect(entries).toHaveLength(1)
  // It is there already, and nothing is left of the making.
  const began = Date.now()
  expect(await box.up()).toMatchObject(expected)
  expect(Date.now() - began).toBeLessThan(10_000)
  await box.down('-t', '0')
  expect(readdirSync(`${here.root}/roots`)).toEqual(entries)
  const { stdout } = await here.as([
    'sh',
    '-c',
    `unshare --map-auto --map-root-user rm -rf ${here.root}/roots/*`,
  ])
  expect([stdout, readdirSync(`${here.root}/roots`)]).toEqual(['', []])
}, 600_000)

test('a Debian that could not be made is no cache entry', async () => {
  const mirror = 'http://127.0.0.1:9/debian'
  const box = here.box({ rootfs: { debootstrap: 'bookworm', variant: 'minbase', mirror }, command: ['true'] })
  expect(await box.up({ timeout: 60_000 })).toMatchObject({
    status: 125,
    stderr: expect.stringMatching(/failed at "Make the Debian root"/),
  })
  expect(readdirSync(`${here.root}/roots`)).toEqual([])
}, 90_000)
