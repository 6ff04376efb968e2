import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { cgroupTrees, world } from '../harness/index.ts'
import { without } from '../security/attack.ts'
import { groups, masks } from '../security/looks.ts'

// Over the root of the host, whose tools are at hand.
const here = world('anna')

test.each([
  ['a default box', {}],
  ['one whose root is another than the caller', { userns_mode: 'auto', tmpfs: ['/tmp'] }],
])(
  '%s: cgroups are not written, mounted, left; masked files are empty, read-only ones stay so',
  async (_, more) => {
    expect(await here.sh(more, groups)).toEqual({ status: 0, stdout: 'end\n', stderr: '' })
    expect(await here.sh(more, masks)).toEqual({ status: 0, stdout: 'end\n', stderr: '' })
    expect(readFileSync('/proc/self/cgroup', 'utf8')).not.toMatch(/escape/)
    for (const tree of cgroupTrees()) expect(existsSync(`${tree}/escape`)).toBe(false)
  },
)

test('without the masks the same look finds something', async () => {
  const box = here.box({ rootfs: 'host', command: ['sh', '-c', masks] })
  without(box, /'(\/dev\/null|tmpfs) \/(proc|sys)\/\S+ (none bind|tmpfs ro,size=0,\S+) 0 0'/, "''")
  expect((await box.up()).stdout).toMatch(/^(read|listed) /m)
})
