import { expect, test } from '@jest/globals'
import { world } from './index.ts'

const here = world()

test('a box runs in a world of its own, and nothing is left', async () => {
  const ran = await here.sh({}, 'echo here $$')
  expect(ran).toEqual({ status: 0, stdout: 'here 1\n', stderr: '' })
  expect(here.left()).toEqual([])
})

test('a detached box can be looked at, entered, stopped', async () => {
  const box = here.box({ rootfs: 'host', command: ['sleep', '1000'] })
  expect((await box.up({ detach: true })).stdout).toBe(`${box.name}\n`)
  expect((await box.proc()).args).toEqual(['sleep', '1000'])
  expect(here.left()).not.toEqual([])
  expect((await box.enter(['echo', 'in'])).stdout).toBe('in\n')
  expect((await box.stop('-t', '0')).status).toBe(0)
  expect((await box.status()).stdout).toBe('exited 137\n')
  expect((await box.down()).status).toBe(0)
  expect(here.left()).toEqual([])
})
