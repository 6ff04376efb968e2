import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { cgroupTrees, type TestBox, world } from '../harness/index.ts'
import { without } from '../security/attack.ts'
import { lives } from './life.ts'

lives('root')

const here = world()
const left = (box: TestBox) =>
  here.left().filter((line) => line.includes(`${box.name}`) && !/\.(sh|yaml)$/.test(line))

describe('down meets, of groups,', () => {
  test('a frozen group', async () => {
    const box = here.box({ rootfs: 'host', command: ['sleep', '1000'] })
    await box.up({ detach: true })
    const files = cgroupTrees()
      .flatMap((tree) => [
        `${tree}/boxes/${box.name}/freezer.state`,
        `${tree}/boxes/${box.name}/cgroup.freeze`,
      ])
      .filter((file) => existsSync(file))
    expect(files.length).toBeGreaterThan(0)
    const freeze = () => {
      for (const file of files) writeFileSync(file, file.endsWith('state') ? 'FROZEN' : '1')
    }
    // Version 2 lets SIGKILL through.
    if (files.some((file) => file.endsWith('state'))) {
      const program = readFileSync(box.program, 'utf8')
      without(box, /^ {2}thaw$/)
      freeze()
      const ran = await box.down('-t', '0')
      expect(ran).toMatchObject({ status: 125, stderr: expect.stringMatching(/process \d+ does not end/) })
      writeFileSync(box.program, program)
    }
    freeze()
    expect((await box.down('-t', '1')).status).toBe(0)
    expect(left(box)).toEqual([])
  })
  test('groups that the box has made, and processes that ignore signals', async () => {
    const box = here.box({
      rootfs: 'host',
      privileged: true,
      init: false,
      command: [
        'sh',
        '-c',
        'trap "" TERM INT HUP; for t in /sys/fs/cgroup/*; do mkdir -p $t/a/b 2>/dev/null; done; sh -c "trap \\"\\" TERM; while :; do sleep 1; done" & while :; do sleep 1; done',
      ],
    })
    await box.up({ detach: true })
    expect((await box.down('-t', '0')).status).toBe(0)
    expect(left(box)).toEqual([])
  })
})
