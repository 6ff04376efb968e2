import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { expect, test } from '@jest/globals'
import { checkout, golden, hosts, pairs } from './all.ts'

// UPDATE_GOLDEN=1 writes them anew: read the difference before it is committed.
const directory = `${checkout}/test/golden`
const all = pairs.map(([host, spec]) => ({ host, spec, ...golden(host, spec) }))
if (process.env.UPDATE_GOLDEN) write()

test.each(hosts)('programs for %s are as they were', (host) => {
  for (const { file, text } of all.filter((one) => one.host === host)) {
    const kept = existsSync(file)
      ? readFileSync(file, 'utf8')
      : `${file} is not there: UPDATE_GOLDEN=1 writes it`
    if (kept !== text) expect({ file, text }).toEqual({ file, text: kept })
  }
})

test('there are no others', () => {
  const kept = hosts.flatMap((host) =>
    readdirSync(`${directory}/${host}`).map((name) => `${directory}/${host}/${name}`),
  )
  expect(kept.sort()).toEqual(all.map(({ file }) => file).sort())
})

test.each(['dash', 'bash', 'busybox'])('%s reads each of them', (shell) => {
  const argv = shell === 'busybox' ? ['busybox', 'sh'] : shell === 'bash' ? ['bash', '--posix'] : ['dash']
  const script = `for file; do ${argv.join(' ')} -n "$file" || exit; done`
  const { status, stderr } = spawnSync('sh', ['-c', script, 'sh', ...programs()], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
})

test('shellcheck finds nothing', () => {
  const shellcheck = ['shellcheck', '--norc', '--format=gcc']
  const { status, stdout } = spawnSync(
    'xargs',
    ['-P', `${availableParallelism()}`, '-n', '8', ...shellcheck],
    {
      input: programs().join('\n'),
      encoding: 'utf8',
    },
  )
  expect(stdout.split('\n').slice(0, 20)).toEqual([''])
  expect(status).toBe(0)
}, 300_000)

function programs(): string[] {
  return all.map(({ file }) => file).filter((file) => file.endsWith('.sh'))
}

function write(): void {
  rmSync(directory, { recursive: true, force: true })
  for (const { host, file, text } of all) {
    mkdirSync(`${directory}/${host}`, { recursive: true })
    writeFileSync(file, text)
  }
}
