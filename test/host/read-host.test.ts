import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { readHost } from '../../src/host/read-host.ts'
import { host } from './fake.ts'

const hosts = new URL('../hosts/', import.meta.url)

describe('readHost', () => {
  test.each(readdirSync(hosts))('%s is read as it is written', (name) => {
    const text = readFileSync(new URL(name, hosts), 'utf8')
    expect(readHost(text)).toEqual(JSON.parse(text))
  })

  const good = JSON.parse(JSON.stringify(host('debian13-v2')))

  test.each([
    ['not JSON', '{', /not JSON/],
    ['a list', '[]', /schema is missing/],
    ['no schema', '{}', /schema is missing, not 1/],
    ['a later schema', '{"schema": 2}', /schema is 2, not 1/],
    ['nothing else', '{"schema": 1}', /arch is missing/],
    ['another machine', { arch: 'riscv64' }, /arch is not one of x86_64, aarch64/],
    ['a kernel as text', { kernel: '6.1' }, /kernel is not a list/],
    ['half a kernel', { kernel: [6] }, /kernel has not 2 entries/],
    ['cgroups by hand', { cgroup: { version: 'v3' } }, /cgroup\.version is not one of/],
    [
      'a relative tool',
      { tools: { sh: { path: 'sh', version: '' } } },
      /tools\.sh\.path is not an absolute path/,
    ],
    ['a tool with a newline', { tools: { sh: { path: '/bin/sh\nrm', version: '' } } }, /tools\.sh\.path/],
    ['a negative limit', { rlimits: { nofile: -1 } }, /rlimits\.nofile is not a number/],
    ['a mask without its kind', { masks: [{ path: '/proc/keys' }] }, /masks\[0\]\.directory is missing/],
  ])('%s is refused, with the place and the remedy', (_, change, expected) => {
    const text = typeof change === 'string' ? change : JSON.stringify({ ...good, ...change })
    const read = readHost(text)
    expect(read).toEqual({ error: expect.stringMatching(expected) })
    expect(read).toEqual({ error: expect.stringMatching(/boxes doctor --json$/) })
  })

  test('an inherited name is no fact', () => {
    const { root: _, ...rest } = good
    const text = JSON.stringify(rest).replace(/^\{/, '{"__proto__": {"root": true}, ')
    expect(readHost(text)).toEqual({ error: expect.stringMatching(/root is missing/) })
  })
})
