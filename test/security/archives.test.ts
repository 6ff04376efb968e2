import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { busyboxRoot, facts, world } from '../harness/index.ts'
import { hostileArchives } from './archives.ts'
import { without } from './attack.ts'

hostileArchives('root')

const here = world()

test('pipes and devices are unpacked as such; a box opens no device of them, with a device controller or without', async () => {
  const work = `${here.directory}/devices`
  busyboxRoot(work)
  const script = 'mkfifo pipe && mknod disk b 1 3 && mknod log c 1 11 && tar -cf ../devices.tar .'
  expect(spawnSync('sh', ['-c', script], { cwd: work }).status).toBe(0)
  const { cgroup } = facts()
  const controlled = cgroup.v1.devices !== undefined
  const { devices: _, ...others } = cgroup.v1
  // Opened, never written.
  const command = ['sh', '-c', 'stat -c %F /pipe /disk; (: >>/log) && echo opened; true']
  for (const [host, text, instead] of [
    ...(controlled ? [[facts(), /^ {2}cgset -r devices\.deny=a .*$/, ''] as const] : []),
    [{ ...facts(), cgroup: { ...cgroup, v1: others } }, ' -o "nodev,lowerdir=', ' -o "lowerdir='] as const,
  ]) {
    const box = here.box({ rootfs: `${work}.tar`, command }, host)
    expect((await box.up()).stdout).toBe('fifo\nblock special file\n')
    without(box, text, instead)
    expect((await box.up()).stdout).toBe('fifo\nblock special file\nopened\n')
    await box.down()
  }
})
