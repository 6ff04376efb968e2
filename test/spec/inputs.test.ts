import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from '@jest/globals'
import { readSpecText, realInputs } from '../../src/spec/inputs.ts'
import { loadSpec } from '../../src/spec/load.ts'
import { hostFacts } from './fake.ts'

const folder = mkdtempSync(join(tmpdir(), 'boxes-inputs-'))
const path = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))
execFileSync('mkfifo', [path('fifo')])
writeFileSync(path('small'), 'text\n')
writeFileSync(path('binary'), Buffer.from([0xff, 0xfe, 0x41]))
writeFileSync(path('huge'), '')
truncateSync(path('huge'), 2 ** 30)
symlinkSync('/dev/zero', path('zero'))
symlinkSync('loop', path('loop'))

const { readText, sha256, stat } = realInputs(path('.web.box.yaml'), '', { env: {} })

test.each([
  ['fifo', 'it is no regular file'],
  ['zero', 'it is no regular file'],
  ['.', 'it is a directory'],
  ['huge', 'it is larger than 1 MiB'],
  ['binary', 'it is not UTF-8 text'],
  ['nothing', 'there is no such file'],
  ['loop', 'too many symbolic links'],
  ['small/x', 'a part of the path is no directory'],
])('%s cannot be read: %s', (name, error) => {
  expect(readText(path(name))).toEqual({ error })
  expect(readSpecText(path(name))).toEqual({ error })
})

test('what is there is told apart', () => {
  expect(
    ['.', 'small', 'fifo', 'zero', 'nothing', 'loop', 'small/x'].map((name) => stat(path(name))),
  ).toEqual(['directory', 'file', 'other', 'other', 'missing', 'missing', 'missing'])
})

test('digests are those of sha256sum', () => {
  const sum = execFileSync('sha256sum', [path('small')], { encoding: 'utf8' }).slice(0, 64)
  expect(sha256(path('small'))).toEqual({ digest: sum })
  expect(sha256(path('fifo'))).toEqual({ error: 'it is no regular file' })
})

test('a box is called after its file', () => {
  const name = (file: string) => realInputs(file, '', { env: {} }).defaultName
  expect(['web.yaml', './x/web.yml', '.web.yaml', 'web', '-', 'a.b.yaml', '.yaml', '...'].map(name)).toEqual([
    'web',
    'web',
    'web',
    'web',
    null,
    'a.b',
    'yaml',
    null,
  ])
})

test('a spec is loaded from its file, with all it names', () => {
  writeFileSync(path('web.yaml'), 'rootfs: .\ncommand: env\nenv_file: env\n')
  writeFileSync(path('env'), 'A=1\n')
  const result = loadSpec(path('web.yaml'), { env: {}, host: hostFacts() })
  expect('box' in result && result.box.rootfs).toEqual({ kind: 'directory', path: folder })
  expect('box' in result && result.box.process.environment).toContainEqual(['A', '1'])
})

test('a spec that cannot be read is one clear error', () => {
  const result = loadSpec(path('nothing'), { env: {}, host: hostFacts() })
  expect('errors' in result && result.printed).toBe(
    `${path('nothing')}:1:1: error: cannot be read: there is no such file\n  help: check the path\n`,
  )
})
