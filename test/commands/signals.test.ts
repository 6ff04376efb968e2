import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { execaSync } from 'execa'

const bundle = new URL('../../dist/boxes.cjs', import.meta.url).pathname
let root = ''

beforeAll(() => {
  root = mkdtempSync(`${tmpdir()}/boxes-signals-`)
  mkdirSync(`${root}/boxes/web`, { recursive: true })
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Runs a program as Node does it; in a session of its own, so that no terminal is ours. */
function run(program: string): number | undefined {
  writeFileSync(`${root}/boxes/web/program`, program)
  const env = { BOXES_ROOT: root }
  return execaSync('setsid', ['--wait', 'node', bundle, 'stop', 'web'], {
    env,
    reject: false,
    timeout: 20_000,
  }).exitCode
}

test.each(['INT', 'TERM', 'HUP'])('SIG%s reaches the program once, and we wait for its end', (signal) => {
  const count = `n=0; trap 'n=$((n + 1))' ${signal}; kill -${signal} $PPID`
  expect(run(`${count}; sleep 0.3 & wait; sleep 0.3; exit $((10 + n))`)).toBe(11)
})

test('a program that a signal ends has the status that a shell gives it', () => {
  expect(run('kill -TERM $$')).toBe(143)
})
