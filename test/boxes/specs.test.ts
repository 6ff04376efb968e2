import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { atLeast } from '../../src/host/at-least.ts'
import { facts, world } from '../harness/index.ts'

const here = world()
const directory = new URL('../../specs', import.meta.url).pathname
const v2 = facts().cgroup.version === 'v2'
const missing = facts().cgroup.files
/** What other tests run (debian), what wants a person (tty), what is for an ordinary user, and what this machine cannot do. */
const skipped = [
  'debian',
  'tty',
  'pasta',
  ...(v2 ? ['classic'] : ['unified']),
  ...(missing.some((file) => /^(blkio|io)(\.bfq)?\.weight$/.test(file)) ? [] : ['disk']),
  ...(missing.some((file) => file.startsWith('hugetlb.2MB')) ? [] : ['hugepages']),
  ...(facts().lsm.includes('landlock') && atLeast(facts().tools.setpriv, '2.40') ? [] : ['landlock']),
]
const names = readdirSync(directory)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -5))

const example = '/var/tmp/boxes-example'
const made = !existsSync(example)
afterAll(() => {
  if (made) rmSync(example, { recursive: true, force: true })
})

function load(name: string): string {
  return readFileSync(`${directory}/${name}.yaml`, 'utf8')
    .replace(/^name:.*$/m, `name: ${here.prefix}${name}`)
    .replace('./seccomp', `${directory}/seccomp`)
}

test.each(names.filter((name) => !skipped.includes(name)))('specs/%s.yaml runs', async (name) => {
  const ran = await here.box(load(name)).up()
  expect({ ...ran, stdout: '' }).toEqual({ status: 0, stdout: '', stderr: expect.anything() })
  expect(ran.stderr).not.toMatch(/^boxes:/m)
})

test.each(names.filter((name) => skipped.includes(name) && !['debian', 'tty'].includes(name)))(
  'specs/%s.yaml is refused here, with a remedy',
  (name) => {
    expect(() => here.box(load(name))).toThrow(/^.*: error: .*\n(.*\n)* *help: /)
  },
)

test('hostile texts arrive as they stand, and nothing of them is run', async () => {
  const ran = await here.box(load('hostile')).up()
  const words = [
    '-n',
    '--',
    '$(touch /tmp/owned)',
    '`touch /tmp/owned`',
    "'; touch /tmp/owned; '",
    'line\nline',
    '',
  ]
  expect(ran).toEqual({ status: 0, stdout: words.map((word) => `${word}\n`).join(''), stderr: '' })
  expect(existsSync('/tmp/owned')).toBe(false)
})

test('hostile environment, mounts and working directory', async () => {
  const box = here.box(
    load('hostile')
      .replace(/^command:(.|\n)*$/m, 'command: [sleep, "1000"]\n')
      .replace(/^(name: .*)$/m, '$1-2'),
  )
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  const { environment, cwd, mounts } = await box.proc()
  expect(environment).toContain("QUOTES=it's \"all\" 'one' \\ word")
  expect(environment).toContain("NEWLINES=first\nsecond\n\n'EOF'\nEOF\n")
  expect(environment).toContain('SUBSTITUTION=$(touch /tmp/owned) `touch /tmp/owned` ${IFS} $HOME')
  expect(cwd()).toBe(`/tmp/a dir; touch $(x) \`y\` 'z' "q" #`)
  // mountinfo writes blanks and backslashes in octal.
  const points = mounts().map(({ point }) =>
    point.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
  )
  expect(points).toEqual(
    expect.arrayContaining(["/tmp/spaced out 'and quoted'", `/tmp/it's $(touch owned) \\040 "here"`]),
  )
  expect(existsSync('/tmp/owned')).toBe(false)
})
