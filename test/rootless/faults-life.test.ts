import { existsSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { lives } from '../faults/life.ts'
import { until, world } from '../harness/index.ts'

lives('anna')

const here = world('anna')

test('kill -9 of the process that lays the layer: the box is lost, down cleans', async () => {
  const box = here.box({ rootfs: 'host', command: ['sleep', '1000'] })
  await box.up({ detach: true })
  const line = here.inventory().processes.find((one) => one.includes(' fuse-overlayfs'))
  const pid = Number.parseInt(line ?? '', 10)
  process.kill(pid, 'SIGKILL')
  await until(() => !existsSync(`/proc/${pid}`), 'it is gone')
  expect((await box.enter(['true'])).status).not.toBe(0)
  expect(await box.down('-t', '0')).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(here.left().filter((one) => one.includes(box.name))).toEqual([])
})
