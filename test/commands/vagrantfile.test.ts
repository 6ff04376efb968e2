import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { run } from '../harness/index.ts'

const text = readFileSync(new URL('../../Vagrantfile', import.meta.url), 'utf8')
/** The provision scripts by name; `<<~` takes away what all lines begin with. */
const scripts = new Map(
  [...text.matchAll(/provision '(\w+)'.*<<~'SHELL'\n([\s\S]*?)\n {2}SHELL/g)].map(([, name, script = '']) => [
    name,
    `#!/bin/sh\n${script.replace(/^ {4}/gm, '')}\n`,
  ]),
)

test('its scripts are sound', async () => {
  expect([...scripts.keys()]).toEqual(['tools', 'node', 'boxes'])
  for (const script of scripts.values())
    expect(await run(['shellcheck', '-'], { stdin: script })).toEqual({ status: 0, stdout: '', stderr: '' })
})

test('it takes a machine with the node and the npm of this one', async () => {
  expect(await run(['sh', '-c', scripts.get('node') ?? 'false'])).toEqual({
    status: 0,
    stdout: '',
    stderr: '',
  })
})
