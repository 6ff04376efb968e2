import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { judge } from '../../src/spec/load.ts'
import { printDiagnostics } from '../../src/spec/print.ts'
import { readSpec } from '../../src/spec/read.ts'
import { fakeInputs, hostFacts } from './fake.ts'

// Each bad/NAME.spec prints exactly bad/NAME.out; `UPDATE_BAD=1` writes what is printed now.
const folder = new URL('./bad/', import.meta.url)
const names = readdirSync(folder).filter((name) => name.endsWith('.spec'))

describe('a wrong spec prints all of its errors', () => {
  test.each(names)('%s', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8')
    const host = hostFacts(name === 'host.spec' ? 'debian13-v2' : 'debian12-v1')
    const read = readSpec({ text, env: { A: '' } })
    const result = judge(read, fakeInputs(), host)
    const printed = 'box' in result ? '' : printDiagnostics(name, text, result.errors)
    const expected = new URL(name.replace('.spec', '.out'), folder)
    if (process.env.UPDATE_BAD !== undefined) writeFileSync(expected, printed)
    expect(printed).toBe(readFileSync(expected, 'utf8'))
  })
})
