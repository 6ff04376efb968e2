import { expect, test } from '@jest/globals'
import { boxNames, look } from '../../src/state/look.ts'
import { fakePlaces, stat } from './fake.ts'

const alive = { 'proc/70/stat': stat(70, 4200) }

test.each([
  ['nothing', {}, 'absent', null, null],
  [
    'a live PID 1',
    { ...alive, 'run/web/started': '', 'run/web/init': '70 4200 here\n' },
    'running',
    70,
    null,
  ],
  ['one that was not told of yet', { ...alive, 'run/web/init': '70 4200 here\n' }, 'running', 70, null],
  ['a live up', { ...alive, 'run/web/owner': '70 4200 here\n' }, 'starting', null, null],
  [
    'an up whose box has ended',
    { ...alive, 'run/web/started': '', 'run/web/owner': '70 4200 here\n', 'run/web/exit': '' },
    'exited',
    null,
    null,
  ],
  [
    'an exit status',
    { 'run/web/started': '', 'run/web/init': '70 4200 here\n', 'run/web/exit': '137\n' },
    'exited',
    null,
    137,
  ],
  [
    'a zombie',
    { 'proc/70/stat': stat(70, 4200, 'Z'), 'run/web/started': '', 'run/web/init': '70 4200 here\n' },
    'exited',
    null,
    null,
  ],
  [
    'a stranger of that pid',
    { 'proc/70/stat': stat(70, 9999), 'run/web/started': '', 'run/web/init': '70 4200 here\n' },
    'exited',
    null,
    null,
  ],
  [
    'another boot',
    { ...alive, 'run/web/started': '', 'run/web/init': '70 4200 before\n' },
    'exited',
    null,
    null,
  ],
  ['a reboot, which took the run directory', { 'data/boxes/web/program': '' }, 'exited', null, null],
  [
    'torn records',
    { ...alive, 'run/web/started': '', 'run/web/init': '70', 'run/web/exit': 'x\n' },
    'exited',
    null,
    null,
  ],
  ['a path as a pid', { 'run/web/started': '', 'run/web/init': '../70 4200 here\n' }, 'exited', null, null],
])('%s', (_, files, state, pid, exitStatus) => {
  const found = look(fakePlaces(files), 'web')
  expect([found.state, found.process?.pid ?? null, found.exitStatus]).toEqual([state, pid, exitStatus])
})

test('every box with a trace is listed once, in order; what is no box is not', () => {
  const files = [
    'data/boxes/web/program',
    'run/web/exit',
    'run/api/owner',
    'run/.web.12',
    'data/boxes/-rf/program',
    'data/boxes/a b/x',
  ]
  expect(boxNames(fakePlaces(Object.fromEntries(files.map((file) => [file, '']))))).toEqual(['api', 'web'])
})
