import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { execaSync } from 'execa'

const bin = new URL('../../bin/boxes', import.meta.url).pathname
let root = ''

beforeAll(() => {
  root = mkdtempSync(`${tmpdir()}/boxes-bin-`)
  for (const name of ['web', 'db']) {
    mkdirSync(`${root}/boxes/${name}`, { recursive: true })
    writeFileSync(
      `${root}/boxes/${name}/program`,
      `printf '<%s>' ${name} "$@"\ncase $1 in stop) exit 7 ;; esac\n`,
    )
  }
  // Says that Node would have been started, and with what.
  mkdirSync(`${root}/bin`)
  writeFileSync(`${root}/bin/node`, '#!/bin/sh\nshift\nprintf "node:"; printf "<%s>" "$@"\n')
  chmodSync(`${root}/bin/node`, 0o755)
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe.each(shells())('bin/boxes in %s', (...shell) => {
  const run = (...args: string[]) => {
    const env = { BOXES_ROOT: root, PATH: `${root}/bin:${process.env.PATH}` }
    const ran = execaSync(shell[0] as string, [...shell.slice(1), bin, ...args], { env, reject: false })
    return ran.exitCode === 0 ? ran.stdout : `${ran.stdout} ${ran.exitCode}`
  }

  test.each([
    ['enter web', '<web><enter><-->'],
    ['exec web ls -la', '<web><enter><--><ls><-la>'],
    ['shell web -- ls', '<web><enter><--><ls>'],
    ['enter web -- -- x', '<web><enter><--><--><x>'],
    [
      'enter -e A=1 -u bob -w /srv -t web -e B=2',
      '<web><enter><-e><A=1><-u><bob><-w></srv><-t><--><-e><B=2>',
    ],
    [
      'enter --env=A=b=c --user=1:2 -eX=y -it web id',
      '<web><enter><--env><A=b=c><--user><1:2><-e><X=y><-it><--><id>',
    ],
    ['stop -t 3 db', '<db><stop><-t><3> 7'],
    ['stop db --time=3', '<db><stop><--time><3> 7'],
    ['down web db', '<web><down><db><down>'],
    ['stop web db', '<web><stop><db><stop> 7'],
    ['logs -f -n5 web', '<web><logs><-f><-n><5>'],
    ['status web', '<web><status>'],
  ])('%s goes to the stored program', (line, expected) => {
    expect(run(...line.split(' '))).toBe(expected)
  })

  test.each([
    'enter nope ls',
    'enter',
    'enter -e',
    'enter --help',
    'enter -x web',
    'enter ../web ls',
    'enter .web',
    'down web nope',
    'down specs/hello.yaml',
    'down -',
    'stop',
    'stop -t',
    'stop web --help',
    'logs web db',
    'status web db',
    'plan x.yaml',
    'ps',
    '--help',
  ])('%s goes to Node as it is', (line) => {
    expect(run(...line.split(' '))).toBe(
      `node:${line
        .split(' ')
        .map((word) => `<${word}>`)
        .join('')}`,
    )
  })

  test('words pass untouched, whatever is in them', () => {
    const words = ['a b', '', '$(id)', '`id`', "'", '"', '\\', 'a\nb', '*', '-e', '${HOME}', ';', 'ü']
    expect(run('enter', '-e', 'A=$(id)`id`\'"\\ b', 'web', ...words)).toBe(
      `<web><enter><-e><A=$(id)\`id\`'"\\ b><-->${words.map((word) => `<${word}>`).join('')}`,
    )
  })

  test('is found through links, as npm i -g makes them', () => {
    symlinkSync(bin, `${root}/bin/one-${shell[0]}`)
    symlinkSync(`one-${shell[0]}`, `${root}/bin/two-${shell[0]}`)
    const env = { BOXES_ROOT: root, PATH: `${root}/bin:${process.env.PATH}` }
    const ran = execaSync(shell[0] as string, [...shell.slice(1), `${root}/bin/two-${shell[0]}`, 'ps'], {
      env,
    })
    expect(ran.stdout).toBe('node:<ps>')
  })
})

test('without Node it says so', () => {
  const ran = execaSync('/bin/sh', [bin, 'ps'], {
    env: { PATH: '/nonexistent' },
    extendEnv: false,
    reject: false,
  })
  expect([ran.exitCode, ran.stderr]).toEqual([125, expect.stringContaining('node is not there')])
})

function shells(): string[][] {
  return [['dash'], ['busybox', 'ash'], ['bash', '--posix']].filter(
    ([shell = '']) => !execaSync('which', [shell], { reject: false }).failed,
  )
}
