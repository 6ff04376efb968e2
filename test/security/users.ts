import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { busyboxRoot, sleep, type Who, world } from '../harness/index.ts'
import { without } from './attack.ts'

// Who a process of the box is, by files that the image has: any doubt is an error, never root.
export function hostileUsers(who: Who): void {
  const here = world(who)

  describe('users', () => {
    const root = here.own(busyboxRoot(`${here.directory}/users`))
    const passwd = (text: string) => writeFileSync(`${root}/etc/passwd`, text)
    passwd(
      'root:x:0:0::/root:/bin/sh\n1000:x:0:0::/:/bin/sh\nwrap:x:4294967296:0::/:/bin/sh\nminus:x:4294967295:0::/:/bin/sh\ngroupy:x:7:4294967296::/:/bin/sh\nlow:x:01000:0::/:/bin/sh\n',
    )
    const box = here.box({ rootfs: root, command: ['sleep', '1000'] })
    test('names and numbers that are not one are refused, never root', async () => {
      expect((await box.up({ detach: true })).status).toBe(0)
      for (const user of [
        '-1',
        '4294967295',
        '4294967296',
        ' 0',
        '0x0',
        '1000:',
        ':5',
        'wrap',
        'minus',
        'groupy',
        'nobody-here',
        '00',
        '+0',
        '1e3',
        '0\n',
        'root:4294967295',
        'root:-1',
      ]) {
        const ran = await box.enter(['-u', user, 'id'])
        expect([user, ran.status, ran.stdout]).toEqual([user, 125, ''])
      }
    })
    test('digits are an id, whatever name a file of the box gives to them', async () => {
      expect((await box.enter(['-u', '1000', 'id', '-u'])).stdout).toBe('1000\n')
      const last = await box.enter(['-u', '4294967294', 'id', '-u'])
      // An ordinary user has not all ids to give.
      if (who === 'root') expect(last.stdout).toBe('4294967294\n')
      else
        expect(last).toMatchObject({
          status: 125,
          stderr: expect.stringMatching(/the box's user namespace has not all of the ids 4294967294/),
        })
    })
    test('without the check a number that wraps round is root', async () => {
      const weak = here.box({ rootfs: root, command: ['sleep', '1000'] })
      without(weak, /^sub number \{.*$/m, 'sub number { 1 }')
      await weak.up({ detach: true })
      expect((await weak.enter(['-u', 'wrap', 'id', '-u'])).stdout).toBe('0\n')
      await weak.down('-t', '0')
    })
  })

  describe('passwd as', () => {
    const root = here.own(busyboxRoot(`${here.directory}/passwd`))
    const file = `${root}/etc/passwd`
    const host = here.file('host-passwd', 'evil:x:0:0::/:/bin/sh\n')
    // Memory that the launcher takes counts for the box.
    const boxWith = (make: () => void) => {
      rmSync(file, { recursive: true, force: true })
      make()
      here.own(root)
      return here.box({
        rootfs: root,
        user: 'evil',
        ...(who === 'root' ? { mem_limit: '64m' } : {}),
        command: ['id'],
      })
    }
    const pipe = () => spawnSync('mkfifo', [file])
    const device = () => spawnSync('mknod', [file, 'c', '1', '5'])
    const large = () => spawnSync('truncate', ['-s', '1G', file])
    type Hostile = [string, () => void, RegExp]
    test.each<Hostile>([
      ['a pipe', pipe, /is not a file/],
      ...(who === 'root' ? [['a device', device, /is not a file/] as Hostile] : []),
      ['a directory', () => mkdirSync(file), /is not a file/],
      ['a link out', () => symlinkSync(host, file), /evil: not in the box/],
      ['a link to a kernel file', () => symlinkSync('/proc/self/pagemap', file), /./],
      ['1 GiB', large, /is larger than 1 MiB/],
    ])('%s: an error at once', async (_, make, said) => {
      const box = boxWith(make)
      const ran = await box.up({ timeout: 5_000 })
      expect(ran).toEqual({ status: 125, stdout: '', stderr: expect.stringMatching(said) })
      await box.down()
    })

    const type = ' -f $file or fail 125, "$path is not a file";'
    test('a pipe would hang it without O_NONBLOCK', async () => {
      const box = boxWith(pipe)
      without(box, 'sysopen my $file, $path, 04000', 'sysopen my $file, $path, 0')
      const running = box.start()
      await sleep(1_000)
      expect((await box.status()).stdout).toMatch(/^starting/)
      await box.down('-t', '0')
      expect((await running.done).status).toBe(143)
    })
    if (who === 'root')
      test('a device would be read without the check of its type', async () => {
        const box = boxWith(device)
        without(box, type)
        expect((await box.up()).stderr).toMatch(/is larger than 1 MiB/)
        await box.down()
      })
    if (who === 'root')
      test('1 GiB would be read whole without the cap: more than the memory of the box', async () => {
        const box = boxWith(large)
        without(box, 'local $/ = \\(1 + (1 << 20));', 'local $/;')
        expect((await box.up()).stderr).toMatch(/ended at "Start the command", without a word/)
        await box.down()
      })
  })
}
