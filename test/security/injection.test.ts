import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { run, type TestBox, world } from '../harness/index.ts'
import { without } from './attack.ts'

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
/** Those that take a plain word, and put it into the program. */
const plain = [
  'command',
  'entrypoint',
  'environment',
  'environment, as a list',
  'hostname',
  'domainname',
  'user',
  'group_add',
  'working_dir',
  'tmpfs',
  'volume target',
  'maskedPaths',
  'readonlyPaths',
  'sysctls',
  'sysctl names',
  'devices',
  'network_mode',
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

// All places of the schema are in test/plan/injection.test.ts; here an `up` gets to them, as root.
test.each([...observed, ...others].filter(([name]) => plain.includes(name)))(
  '%s: in a program that does not quote it, it is run',
  async (_, specOf) => {
    const box = plan(specOf('q9q'))
    if (box === null) throw new Error('a harmless text is refused')
    // With no quotes around it the first is run, in quotes of ours the second.
    without(box, 'q9q', `$(touch ${marker})'"$(touch ${marker})"'`)
    await box.up()
    await box.down('-t', '0')
    expect(existsSync(marker)).toBe(true)
    rmSync(marker)
  },
)

describe('what enter is given', () => {
  const given = async (enter: (...args: string[]) => Promise<{ stdout: string }>, text: string) => {
    const script = ['perl', '-e', 'print $ENV{TEXT}, "|", $ARGV[0]', '--', text]
    const { stdout } = await enter('-e', `TEXT=${text}`, ...script)
    await enter('-u', text, 'true')
    await enter('-w', text, 'true')
    return stdout
  }
  const running = async () => {
    const box = here.box({ rootfs: 'host', command: ['sleep', '1000'] })
    await box.up({ detach: true })
    return box
  }
  test('is never run by a shell of ours', async () => {
    const box = await running()
    for (const text of texts) {
      expect(await given((...args) => box.enter(args), text)).toBe(`${text}|${text}`)
      await box.enter(['-t', 'printf', '%s', text])
      await box.stop(text)
      await box.logs('-n', text)
    }
    expect((await box.status()).stdout).toMatch(/^running/)
    expect(existsSync(marker)).toBe(false)
  })
  test('nor by bin/boxes', async () => {
    const box = await running()
    for (const text of texts)
      expect(await given((...args) => here.cli(['enter', ...named(box, args)]), text)).toBe(`${text}|${text}`)
    expect(existsSync(marker)).toBe(false)
  })
  test('would be, with words that are not quoted for the terminal, or kept as text and not by name', async () => {
    const box = await running()
    without(box, `do quote "$word"; line="$line $quoted"; done`, 'do line="$line $word"; done')
    await run(['sh', box.program, 'enter', '-t', 'printf', '%s', `$(touch ${marker})`], { env: here.env })
    expect(existsSync(marker)).toBe(true)
    rmSync(marker)
    const bin = readFileSync(new URL('../../bin/boxes', import.meta.url), 'utf8')
    const naive = here.file(
      'naive-boxes',
      bin.replace('options="$options \\"\\$word_$taken\\""', 'options="$options \\"$1\\""'),
    )
    await given(
      (...args) => run(['sh', naive, 'enter', ...named(box, args)], { env: here.env }),
      `$(touch ${marker})`,
    )
    expect(existsSync(marker)).toBe(true)
    rmSync(marker)
  })
  /** The name of the box, after the options. */
  const named = (box: TestBox, [option = '', value = '', ...words]: string[]) => [
    option,
    value,
    box.name,
    ...words,
  ]
})

describe('the path of a spec', () => {
  const directory = `${here.directory}/$(touch marker); touch marker #\ntouch marker #`
  const compiled = async () => {
    mkdirSync(directory, { recursive: true })
    const spec = `${directory}/a.yaml`
    writeFileSync(
      spec,
      JSON.stringify({
        name: `${here.prefix}path`,
        rootfs: './root',
        env_file: ['./env'],
        command: ['true'],
      }),
    )
    mkdirSync(`${directory}/root`, { recursive: true })
    writeFileSync(`${directory}/env`, 'A=1\n')
    const ran = await here.cli(['plan', spec])
    // The command keeps what it finds of the host's tools.
    rmSync(`${here.root}/cache`, { recursive: true, force: true })
    expect([ran.status, ran.stderr]).toEqual([0, expect.not.stringMatching(/error/)])
    return ran.stdout
  }
  const up = async (program: string) => {
    const file = here.file('program', program)
    const verb = (...args: string[]) => run(['sh', file, ...args], { env: here.env, cwd: here.directory })
    const ran = await verb('up')
    await verb('down', '-t', '0')
    return ran
  }
  test('is text too', async () => {
    expect([125, 127]).toContain((await up(await compiled())).status)
    expect(existsSync(marker)).toBe(false)
  })
  test('would be run in a comment that lets newlines through, and where it is not quoted', async () => {
    const program = await compiled()
    for (const weak of [
      program.replace('#?touch marker', '#\ntouch marker'),
      program.replaceAll(`'directory ${directory}/root'`, () => `"directory ${directory}/root"`),
    ]) {
      expect(weak).not.toBe(program)
      await up(weak)
      expect(existsSync(marker)).toBe(true)
      rmSync(marker)
    }
  })
})
