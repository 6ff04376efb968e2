import { expect, test } from '@jest/globals'
import { compileFilter } from '../../src/seccomp/compile.ts'
import { defaultProfile } from '../../src/seccomp/default-profile.ts'
import { packFilter, printFilter } from '../../src/seccomp/print.ts'
import type { Target } from '../../src/seccomp/rules.ts'

const target: Target = { arch: 'x86_64', capabilities: [], kernel: [6, 1] }

test('a whole small program, as people read it', () => {
  const profile = {
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [{ names: ['keyctl', 'ptrace'], action: 'SCMP_ACT_ERRNO', errnoRet: 38 }],
  } as const
  expect(printFilter(compileFilter(profile, target))).toEqual([
    '32 0 0 4 # arch',
    '21 0 6 3221225534 # x86_64',
    '32 0 0 0 # nr',
    '53 2 0 1073741824 # nr >= 1073741824',
    '21 1 0 250 # nr == 250 keyctl',
    '21 0 1 101 # nr == 101 ptrace',
    '6 0 0 327718 # ERRNO 38',
    '6 0 0 2147418112 # ALLOW',
    '6 0 0 2147483648 # KILL_PROCESS',
  ])
})

test('text for perl: four numbers in each line and no single quote', () => {
  for (const line of printFilter(compileFilter(defaultProfile, target))) {
    expect(line).toMatch(/^\d+ \d{1,3} \d{1,3} \d+( # [^'\\]+)?$/)
  }
})

test('bytes for setpriv say the same as the text', () => {
  const filter = compileFilter(defaultProfile, target)
  const view = new DataView(packFilter(filter).buffer)
  const lines = filter.map((_, i) =>
    [
      view.getUint16(i * 8, true),
      view.getUint8(i * 8 + 2),
      view.getUint8(i * 8 + 3),
      view.getUint32(i * 8 + 4, true),
    ].join(' '),
  )
  expect(lines).toEqual(printFilter(filter).map((line) => line.replace(/ #.*/, '')))
})
