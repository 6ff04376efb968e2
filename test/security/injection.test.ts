import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { run, type TestBox, world } from '../harness/index.ts'

// Argument and shell injection (CVE-2022-0811): text of a spec is never run, and arrives byte for byte.
const here = world()
const marker = `${here.directory}/marker`
const texts = [
  `$(touch ${marker})`,
  `\`touch ${marker}\``,
  `; touch ${marker};`,
  `'; touch ${marker}; '`,
  `"; touch ${marker}; "`,
  `\n touch ${marker}\n`,
  `' "\\ $HOME $$ \${x} * ? ~ # ! & | < > ( ) { } [ ]`,
  `\\'; touch ${marker} #`,
  `%s%n\\0\\x41\\n`,
  '-rf',
  '--help',
  '--',
  'é\u2028ü\u00a0x',
  'EOF\nEOF',
  `x'"'"'; touch ${marker}`,
]

/** Fields that hold free text, and what the box prints then, which must be that text. */
const observed: [string, (text: string) => Record<string, unknown>][] = [
  ['command', (text) => ({ command: ['printf', '%s', text].slice(0, 2).concat(text) })],
  ['entrypoint', (text) => ({ entrypoint: ['printf', '%s'], command: [text] })],
  ['environment', (text) => ({ environment: { TEXT: text }, command: ['perl', '-e', 'print $ENV{TEXT}'] })],
  [
    'environment, as a list',
    (text) => ({ environment: [`TEXT=${text}`], command: ['perl', '-e', 'print $ENV{TEXT}'] }),
  ],
]
/** Fields with a grammar of their own: refused, or harmless whatever becomes of them. */
const others: [string, (text: string) => Record<string, unknown>][] = [
  ['labels', (text) => ({ labels: { a: text, [text]: 'b' } })],
  ['hostname', (text) => ({ hostname: text })],
  ['domainname', (text) => ({ domainname: text })],
  ['user', (text) => ({ user: text })],
  ['group_add', (text) => ({ group_add: [text] })],
  ['working_dir', (text) => ({ working_dir: `/tmp/${text}` })],
  ['tmpfs', (text) => ({ tmpfs: [`/tmp/${text}`] })],
  ['tmpfs options', (text) => ({ tmpfs: [`/tmp/x:${text}`] })],
  [
    'volume target',
    (text) => ({ volumes: [{ type: 'bind', source: here.directory, target: `/tmp/${text}` }] }),
  ],
  [
    'volume source',
    (text) => ({
      volumes: [
        {
          type: 'bind',
          source: `${here.directory}/${text}`,
          target: '/vol',
          bind: { create_host_path: false },
        },
      ],
    }),
  ],
  ['maskedPaths', (text) => ({ maskedPaths: [`/tmp/${text}`] })],
  ['readonlyPaths', (text) => ({ readonlyPaths: [`/tmp/${text}`] })],
  ['sysctls', (text) => ({ sysctls: { 'net.ipv4.ip_forward': text } })],
  ['sysctl names', (text) => ({ sysctls: { [`net.${text}`]: '1' } })],
  ['extra_hosts', (text) => ({ extra_hosts: { [text]: '1.2.3.4' } })],
  ['dns', (text) => ({ dns: [text] })],
  ['dns_search', (text) => ({ dns_search: [text] })],
  ['cpuset', (text) => ({ cpuset: text })],
  ['stop_signal', (text) => ({ stop_signal: text })],
  ['device_cgroup_rules', (text) => ({ device_cgroup_rules: [text] })],
  ['devices', (text) => ({ devices: [`/dev/null:/dev/${text}`] })],
  ['rootfs', (text) => ({ rootfs: `${here.directory}/${text}` })],
  ['network_mode', (text) => ({ network_mode: `box:${text}` })],
  ['pid', (text) => ({ pid: text })],
  ['security_opt', (text) => ({ security_opt: [`seccomp=${text}`] })],
  ['resources.unified', (text) => ({ resources: { unified: { [`memory.${text}`]: text } } })],
]

function plan(spec: Record<string, unknown>): TestBox | null {
  try {
    return here.box({ rootfs: 'host', command: ['true'], ...spec })
  } catch {
    return null
  }
}

describe.each(observed)('%s', (_, specOf) => {
  test('arrives byte for byte', async () => {
    for (const text of texts) {
      const box = plan(specOf(text))
      if (box === null) throw new Error(`${text} is refused`)
      expect(await box.up()).toEqual({ status: 0, stdout: text, stderr: '' })
      await box.down('-t', '0')
    }
    expect(existsSync(marker)).toBe(false)
  })
})

describe.each(others)('%s', (_, specOf) => {
  test('is refused, or nothing of it is run', async () => {
    for (const text of texts) {
      const box = plan(specOf(text))
      if (box === null) continue
      expect((await run(['sh', '-n', box.program])).status).toBe(0)
      const ran = await box.up()
      if (ran.status !== 0) expect(ran.stderr).toMatch(/boxes: /)
      expect(await box.down('-t', '0')).toMatchObject({ status: 0 })
      expect([text, existsSync(marker)]).toEqual([text, false])
    }
  })
})

test('what enter is given is never run by a shell of ours', async () => {
  const box = here.box({ rootfs: 'host', command: ['sleep', '1000'] })
  await box.up({ detach: true })
  for (const text of texts) {
    expect(
      (await box.enter(['-e', `TEXT=${text}`, 'perl', '-e', 'print $ENV{TEXT}, "|", $ARGV[0]', '--', text]))
        .stdout,
    ).toBe(`${text}|${text}`)
    await box.enter(['-u', text, 'true'])
    await box.enter(['-w', text, 'true'])
    await box.enter(['-t', 'printf', '%s', text])
    await box.stop(text)
    await box.logs('-n', text)
  }
  expect((await box.status()).stdout).toMatch(/^running/)
  expect(existsSync(marker)).toBe(false)
})

test('the path of a spec is text too', async () => {
  const directory = `${here.directory}/$(touch marker); touch marker #`
  mkdirSync(directory)
  writeFileSync(`${directory}/root.txt`, 'A=1\n')
  const box = here.box({ rootfs: directory, env_file: [`${directory}/root.txt`], command: ['true'] })
  const ran = await run(['sh', box.program, 'up'], { env: here.env, cwd: here.directory })
  expect([125, 127]).toContain(ran.status)
  await box.down('-t', '0')
  expect(existsSync(marker)).toBe(false)
  rmSync(directory, { recursive: true })
})
