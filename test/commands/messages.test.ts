import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execaSync } from 'execa'

const root = new URL('../..', import.meta.url).pathname
const host = `${root}test/hosts/debian13-v2.json`
let temp = ''

beforeAll(() => {
  temp = mkdtempSync(`${tmpdir()}/boxes-messages-`)
  writeFileSync(`${temp}/good.yaml`, 'name: good\nrootfs: host\ncommand: [echo, hi]\n')
  writeFileSync(`${temp}/bad.yaml`, 'name: bad\nrootfs: host\ncomand: echo\ncpus: many\n')
})
afterAll(() => rmSync(temp, { recursive: true, force: true }))

const boxes = (...args: string[]) =>
  execaSync(`${root}bin/boxes`, args, {
    cwd: temp,
    env: { BOXES_ROOT: `${temp}/data`, BOXES_RUN: `${temp}/run` },
    reject: false,
    stripFinalNewline: false,
  })

describe('plan', () => {
  test('prints a program that a shell can read, without colours', () => {
    const { stdout, exitCode } = boxes('plan', 'good.yaml', '--host', host)
    expect([exitCode, stdout.startsWith('#!/bin/sh\n'), stdout.includes('\x1b')]).toEqual([0, true, false])
    expect(execaSync('sh', ['-n'], { input: stdout }).exitCode).toBe(0)
  })

  test('--json is the plan as data', () => {
    const plan = JSON.parse(boxes('plan', 'good.yaml', '--json').stdout)
    expect([plan.schema, plan.box.name, plan.steps.length > 5]).toEqual([1, 'good', true])
  })

  test('--summary is one line a step', () => {
    const { stdout } = boxes('plan', 'good.yaml', '--summary', '--host', host)
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^STEP +TITLE +WHY$/)
    expect(lines.slice(1).every((line, index) => line.startsWith(`${index + 1} `))).toBe(true)
  })

  test('says which facts file it cannot use', () => {
    const { stderr, exitCode } = boxes('plan', 'good.yaml', '--host', 'bad.yaml')
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/^boxes: bad\.yaml: not a facts file: /)])
  })
})

describe('validate', () => {
  test('tells all errors of all specs, with places', () => {
    const { stdout, stderr, exitCode } = boxes('validate', 'bad.yaml', 'good.yaml', 'none.yaml')
    expect(exitCode).toBe(1)
    expect(stdout).toBe('good.yaml: ok\n')
    expect(stderr).toMatch(/^bad\.yaml:3:1: error: .*comand/m)
    expect(stderr).toMatch(/^bad\.yaml:4:7: error: /m)
    expect(stderr).toMatch(/^none\.yaml:1:1: error: /m)
  })
})

describe('explain', () => {
  test('tells of every step', () => {
    const { stdout } = boxes('explain', 'good.yaml')
    for (const label of ['asked for by', 'does', 'kernel', 'manual', 'without it', 'docker', 'commands'])
      expect(stdout).toContain(`\n  ${label}`)
    expect(stdout).toMatch(/^1\. /)
  })

  test('tells of one by its kind or number', () => {
    const { stdout } = boxes('explain', 'good.yaml', 'pivot-root')
    expect(stdout).toContain('(pivot-root)')
    const number = stdout.split('.')[0] ?? ''
    expect(boxes('explain', 'good.yaml', number).stdout).toBe(stdout)
  })

  test('knows no other step', () => {
    const { stderr, exitCode } = boxes('explain', 'good.yaml', '999')
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/^boxes: this plan has no step 999\n {2}help: /),
    ])
  })
})

describe('wrong calls', () => {
  test.each([
    [['plan'], 2, /Missing 1 required arg/],
    [['plan', 'good.yaml', '--nope'], 2, /--nope/],
    [['plan', 'good.yaml', '--json', '--summary'], 2, /--json/],
    [['frobnicate'], 2, /there is no command "frobnicate"/],
    [['up', 'bad.yaml'], 125, /^bad\.yaml:3:1: error: /],
    [['up', 'none.yaml'], 125, /^none\.yaml:1:1: error: /],
    [['enter'], 2, /needs the name of a box/],
    [['enter', 'nope', 'ls'], 125, /there is no such box: nope/],
    [['enter', '../nope'], 2, /cannot be the name of a box/],
    [['stop', 'nope'], 1, /there is no such box: nope/],
    [['logs', 'nope'], 1, /there is no such box: nope/],
    [['inspect', 'nope'], 1, /there is no such box: nope/],
    [['down', '-x'], 2, /-x/],
  ])('%j ends with %i', (args, status, message) => {
    const { stderr, exitCode } = boxes(...args)
    expect([exitCode, stderr]).toEqual([status, expect.stringMatching(message)])
    expect(stderr).not.toMatch(/ {4}at /)
  })

  test('status of no box is a word and a number, not an error', () => {
    const { stdout, stderr, exitCode } = boxes('status', 'nope')
    expect([exitCode, stdout, stderr]).toEqual([4, 'absent\n', ''])
  })
})

test('down of nothing is happy, by name and by spec', () => {
  for (const target of ['nothing', 'good.yaml', './good.yaml']) {
    const { stderr, exitCode } = boxes('down', target)
    expect([exitCode, stderr]).toEqual([0, ''])
  }
})

test('a reader that leaves early is no error', () => {
  const { stdout, stderr } = execaSync('sh', ['-c', `${root}bin/boxes plan good.yaml --json | head -n 1`], {
    cwd: temp,
  })
  expect([stdout, stderr]).toEqual(['{', ''])
})

describe('what people of other tools type first', () => {
  test('their words for commands and fields', () => {
    expect(boxes('run', 'x')).toMatchObject({
      exitCode: 2,
      stderr: 'boxes: there is no command "run"\n  help: boxes up SPEC\n',
    })
    writeFileSync(`${temp}/compose.yaml`, 'services:\n  web:\n    image: nginx\n')
    expect(boxes('validate', 'compose.yaml').stderr).toMatch(
      /"services" is not supported yet[\s\S]*a file is one box/,
    )
  })
  test('who is not root is not told that there are no boxes', () => {
    const data = `${temp}/closed`
    mkdirSync(`${data}/boxes/one`, { recursive: true })
    chmodSync(`${data}/boxes`, 0o700)
    chownSync(`${data}/boxes`, 65534, 65534)
    // Not nobody: the checkout may lie where only root reads.
    const ran = execaSync(
      'setpriv',
      ['--bounding-set', '-dac_override,-dac_read_search', `${root}bin/boxes`, 'ps'],
      {
        env: { BOXES_ROOT: data, BOXES_RUN: `${temp}/run` },
        reject: false,
      },
    )
    expect([ran.exitCode, ran.stderr]).toEqual([
      125,
      expect.stringMatching(/closed\/boxes: permission denied\n {2}help: run boxes as who owns it/),
    ])
  })
})
