import { rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))

test('fifty boxes at once: up, entered, down, and nothing left', async () => {
  const boxes = Array.from({ length: 50 }, (_, n) =>
    here.box({ rootfs: root, hostname: `box${n}`, mem_limit: '64m', command: ['sleep', '1000'] }),
  )
  const ups = await Promise.all(boxes.map((box) => box.up({ detach: true, timeout: 60_000 })))
  expect(ups.filter(({ status, stderr }) => status !== 0 || stderr !== '')).toEqual([])
  const names = await Promise.all(boxes.map((box) => box.enter(['hostname'])))
  expect(names.map(({ stdout }) => stdout)).toEqual(boxes.map((_, n) => `box${n}\n`))
  const namespaces = await Promise.all(boxes.map(async (box) => (await box.proc()).namespace('net')))
  expect(new Set(namespaces).size).toBe(50)
  const downs = await Promise.all(boxes.map((box) => box.down('-t', '0')))
  expect(downs.filter(({ status, stderr }) => status !== 0 || stderr !== '')).toEqual([])
  expect(here.left()).toEqual([])
})

test('the same box, up and down ten times', async () => {
  const box = here.box({ rootfs: root, command: ['true'] })
  for (let n = 0; n < 10; n++) {
    expect(await box.up()).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(await box.down()).toEqual({ status: 0, stdout: '', stderr: '' })
  }
  expect(here.left()).toEqual([])
})
