import { rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { anna, busyboxRoot, world } from '../harness/index.ts'

const here = world('anna')
const root = busyboxRoot(undefined, anna)
afterAll(() => rmSync(root, { recursive: true }))

test('limits that no group of hers can hold: the box runs, its notes name them, and --strict refuses', async () => {
  const limits = { mem_limit: '64m', pids_limit: 50, device_cgroup_rules: ['c 10:200 rwm'] }
  const box = here.box({ rootfs: root, ...limits, command: ['echo', 'runs'] })
  const named = box.box.notes.map((note) => note.split(':')[0])
  expect(named).toEqual(expect.arrayContaining(Object.keys(limits)))
  expect(await box.up()).toMatchObject({ status: 0, stdout: 'runs\n' })
  await box.down('-t', '0')

  const strict = await here.cli(['up', '--strict', box.spec])
  expect(strict).toMatchObject({ status: 125, stdout: '' })
  for (const field of Object.keys(limits)) expect(strict.stderr).toContain(`${field}: not held`)
  expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
})
