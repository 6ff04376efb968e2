import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, test } from '@jest/globals'

// Hostile YAML through the real command: a clean error, at once, in little memory.
const directory = mkdtempSync(`${tmpdir()}/boxes-bombs-`)
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const spec = `${directory}/spec.yaml`

/** Maps of 9 aliases each, of which every one has 9 more: 9 to the power of `levels` values. */
function laughs(levels: number): string {
  const list = ['l1: &l1 [x,x,x,x,x,x,x,x,x]']
  for (let n = 1; n < levels; n++) list.push(`l${n + 1}: &l${n + 1} [${Array(9).fill(`*l${n}`).join(',')}]`)
  return `x-bomb:\n  ${list.join('\n  ')}\n`
}
const write = (text: string) => () => writeFileSync(spec, text)
/** Holes: it takes no space. */
const large = (size: number) => () => {
  writeFileSync(spec, 'name: x\n')
  truncateSync(spec, size)
}
const bombs: [string, () => void, RegExp][] = [
  ['billion laughs', write(laughs(10)), /too many values/],
  ['an alias of itself', write('x-a: &a [*a, *a]\n'), /too many values|nested|no anchor/],
  [
    'many aliases of one anchor',
    write(`x-a: &a [1,2,3]\nx-b: [${'*a,'.repeat(30_000)}]\n`),
    /too many values/,
  ],
  ['lists 5k deep', write(`x-a: ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`), /nested more than 64 levels/],
  ['lists 200k deep', write(`x-a: ${'['.repeat(200_000)}\n`), /nested more than 64 levels/],
  ['maps 200k deep', write(`x-a: ${'{a: '.repeat(200_000)}\n`), /nested more than 64 levels/],
  ['block lists 200k deep', write(`${'- '.repeat(200_000)}\n`), /nested more than 64 levels/],
  [
    '1 MiB of keys',
    write(Array.from({ length: 80_000 }, (_, n) => `k${n}: 1\n`).join('')),
    /unknown key|too many values/,
  ],
  ['1 GiB', large(2 ** 30), /is larger than 1 MiB/],
  ['a pipe', () => spawnSync('mkfifo', [spec]), /it is no regular file/],
]

interface Measured {
  readonly status: number
  readonly stderr: string
  /** Of the command and its children, MiB: getrusage(2), RUSAGE_CHILDREN. */
  readonly memory: number
  readonly milliseconds: number
}
const usage = `my $file = shift; my $status = system { $ARGV[0] } @ARGV; my $usage = "\\0" x 144; syscall ${process.arch === 'arm64' ? 165 : 98}, -1, $usage;
  open my $out, ">", $file; print $out join " ", $status & 127 ? 128 + ($status & 127) : $status >> 8, (unpack "q5", $usage)[4]`

function measured(...argv: string[]): Measured {
  const start = performance.now()
  const { stderr } = spawnSync('perl', ['-e', usage, `${directory}/usage`, ...argv], {
    encoding: 'utf8',
    env: { ...process.env, BOXES_ROOT: `${directory}/root`, BOXES_RUN: `${directory}/run` },
    timeout: 20_000,
  })
  const [status, kilobytes] = readFileSync(`${directory}/usage`, 'utf8').split(' ').map(Number)
  return {
    status: status ?? Number.NaN,
    stderr,
    memory: (kilobytes ?? Number.NaN) / 1024,
    milliseconds: performance.now() - start,
  }
}

/** What is wrong with how a command took a bomb. */
function complaints({ status, stderr, memory, milliseconds }: Measured): string[] {
  const clean = status === 1 && /^\S+:\d+:\d+: error: /.test(stderr) && !/^ +at /m.test(stderr)
  return [
    ...(clean ? [] : ['no clean error']),
    ...(memory < 200 ? [] : ['much memory']),
    // A second on a quiet machine.
    ...(milliseconds < 3_000 ? [] : ['late']),
  ]
}

const bin = new URL('../../bin/boxes', import.meta.url).pathname

describe.each(bombs)('%s', (_, make, said) => {
  test('is one clean error, at once, in little memory', () => {
    rmSync(spec, { force: true })
    make()
    const ran = measured(bin, 'validate', spec)
    expect(ran.stderr.slice(0, 4_000)).toMatch(said)
    expect(complaints(ran)).toEqual([])
  })
})

test('a reader and a parser without limits are complained about', () => {
  const yaml = new URL('../../node_modules/yaml/dist/index.js', import.meta.url).pathname
  const naive = (code: string, make: () => void) => {
    rmSync(spec, { force: true })
    make()
    const text = "const text = require('node:fs').readFileSync(process.argv[1], 'utf8');"
    return complaints(measured('node', '-e', text + code, spec))
  }
  const parse = `JSON.stringify(require(${JSON.stringify(yaml)}).parse(text, { maxAliasCount: -1 }))`
  expect(naive(parse, write(laughs(8)))).toContain('much memory')
  expect(naive(parse, write(`x-a: ${'['.repeat(5_000)}${']'.repeat(5_000)}\n`))).toContain('no clean error')
  expect(naive('', large(2 ** 28))).toContain('much memory')
})
