import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { type TestBox, world } from '../harness/index.ts'
import { tree, without } from './attack.ts'

// Two boxes share a volume. In one a loop exchanges a directory and a link as fast as it can, while the other is started with a
// mount below that name (CVE-2021-30465, and Kubernetes' CVE-2017-1002101).
const here = world()
const decoy = `${here.directory}/decoy`
const inner = `${here.directory}/inner`
mkdirSync(`${decoy}/etc`, { recursive: true })
mkdirSync(inner)
writeFileSync(`${inner}/file`, 'of the inner volume')

const renameat2 = process.arch === 'arm64' ? 276 : 316
const exchange = `my ($a, $b) = ("/vol/place", "/vol/link"); syscall ${renameat2}, -100, $a, -100, $b, 2 while 1`

/** A volume in which `place` is now a directory, now a link to where the host's tree is while a box is made. */
async function raced(starts: (box: () => TestBox) => Promise<void>) {
  const shared = `${here.directory}/shared-${Math.random().toString(36).slice(2)}`
  mkdirSync(`${shared}/place`, { recursive: true })
  symlinkSync(`/dev/.old${decoy}`, `${shared}/link`)
  const racer = here.box({
    rootfs: 'host',
    volumes: [`${shared}:/vol`],
    command: ['perl', '-e', exchange],
  })
  const box = () =>
    here.box({
      rootfs: 'host',
      volumes: [`${shared}:/vol`, `${inner}:/vol/place/made/here`],
      tmpfs: ['/vol/place/scratch'],
      command: ['true'],
    })
  expect(await racer.up({ detach: true })).toMatchObject({ status: 0 })
  await starts(box)
  await racer.down('-t', '0')
}

test('500 starts: nothing is made or mounted outside of the volume, each box runs or says why not', async () => {
  const before = tree(decoy)
  const count = { ran: 0, refused: 0 }
  await raced(async (make) => {
    const box = make()
    for (let i = 0; i < 500; i++) {
      const { status, stderr } = await box.call(['up', '--rm'])
      if (status === 0) count.ran++
      else {
        expect([status, stderr]).toEqual([125, expect.stringMatching(/place is a link|place: .*|made: .*/)])
        count.refused++
      }
      expect(tree(decoy)).toEqual(before)
    }
  })
  expect(count.ran + count.refused).toBe(500)
  expect(count.ran).toBeGreaterThan(0)
  expect(count.refused).toBeGreaterThan(0)
}, 240_000)

test('without the volume as the root a directory is made on the host', async () => {
  const before = tree(decoy)
  await raced(async (make) => {
    const box = make()
    without(box, 'chdir $volume and chroot "."', 'chdir $volume')
    for (let i = 0; i < 500 && tree(decoy).length === before.length; i++) await box.call(['up', '--rm'])
  })
  expect(tree(decoy).join('\n')).toMatch(/decoy\/(made|scratch)/)
}, 240_000)
