import { spawnSync } from 'node:child_process'
import { expect, test } from '@jest/globals'
import { busyboxRoot, world } from '../harness/index.ts'
import { hostileArchives } from '../security/archives.ts'

hostileArchives('anna')

const here = world('anna')

test('devices of an archive: those in /dev are left out, another is refused; nothing of it is kept', async () => {
  const work = busyboxRoot(`${here.directory}/devices`)
  const pack = (script: string) =>
    spawnSync('sh', ['-c', `${script} && tar -cf ${work}.tar -C ${work} .`], { cwd: work })
  pack('mkdir dev && mknod dev/disk b 1 3 && mkfifo pipe')
  expect((await here.sh({ rootfs: `${work}.tar` }, 'stat -c %F /pipe; ls /dev/disk')).stdout).toBe('fifo\n')
  pack('mknod disk b 1 3')
  expect(await here.sh({ rootfs: `${work}.tar` }, 'true')).toMatchObject({
    status: 125,
    stderr: expect.stringMatching(/disk: Cannot mknod/),
  })
  expect((await here.as(['find', here.root, '-name', '*.part'])).stdout).toBe('')
})
