import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { facts, type TestBox, until, world } from '../harness/index.ts'

const here = world()
const spec = readFileSync(new URL('../../specs/debian.yaml', import.meta.url), 'utf8')
const answers = (box: TestBox) =>
  until(async () => (await box.enter(['redis-cli', 'ping'])).stdout === 'PONG\n', 'redis answers', 20_000)

test('a Debian root with a redis server: real work', async () => {
  const box = here.box(spec.replace(/^name:.*$/m, `name: ${here.prefix}debian`))
  expect(await box.up({ detach: true, timeout: 400_000 })).toMatchObject({
    status: 0,
    stdout: `${box.name}\n`,
  })
  await answers(box)

  const { status, args } = await box.proc()
  expect(args[0]).toMatch(/redis-server/)
  expect(status).toMatchObject({ CapEff: '0000000000000000', CapBnd: '0000000000000000', Seccomp: '2' })
  expect(status.Uid?.split('\t')[0]).not.toBe('0')
  const memory = facts().cgroup.v1.memory
  if (memory)
    expect(readFileSync(`${memory}/boxes/${box.name}/memory.limit_in_bytes`, 'utf8')).toBe(`${128 << 20}\n`)

  expect((await box.enter(['redis-cli', 'set', 'greeting', 'hello'])).stdout).toBe('OK\n')
  expect((await box.enter(['redis-cli', 'get', 'greeting'])).stdout).toBe('hello\n')

  // Its data survives stop and up, and goes with down; the root comes from the cache.
  expect((await box.stop()).status).toBe(0)
  expect((await box.status()).stdout).toBe('exited 0\n')
  const began = Date.now()
  expect((await box.up({ detach: true })).status).toBe(0)
  expect(Date.now() - began).toBeLessThan(5000)
  await answers(box)
  expect((await box.enter(['redis-cli', 'get', 'greeting'])).stdout).toBe('hello\n')
  expect((await box.down()).status).toBe(0)
  expect(here.left()).toEqual([])
  expect((await box.up({ detach: true })).status).toBe(0)
  await answers(box)
  expect((await box.enter(['redis-cli', 'exists', 'greeting'])).stdout).toBe('0\n')
}, 600_000)
