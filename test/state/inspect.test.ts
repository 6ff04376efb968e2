import { expect, test } from '@jest/globals'
import { inspect } from '../../src/state/inspect.ts'
import { storedBox } from '../../src/state/stored-box.ts'
import { fakeNamespace, fakePlaces, stat } from './fake.ts'

const program = (box: string): string =>
  `#!/bin/sh\nx='\n#box {"name":"text of the spec"}\n'\n\n#box ${box}\n`

test('all there is to know of a running box', () => {
  const places = fakePlaces({
    'proc/70/stat': stat(70, 420000),
    'run/web/started': '',
    'run/web/init': '70 420000 here\n',
    'data/boxes/web/program': program('{"name":"web"}'),
    'data/boxes/web/log': '',
    'group/memory.events': 'low 0\noom 2\noom_kill 1\n',
  })
  fakeNamespace(places.root, 70, 'mnt', 4026532001)
  fakeNamespace(places.root, 70, 'pid', 4026532002)
  fakeNamespace(places.root, 70, 'pid_for_children', 4026532002)
  expect(inspect(places, 'web', [`${places.root}/group`, '/nonexistent'])).toEqual({
    name: 'web',
    state: 'running',
    pid: 70,
    exitStatus: null,
    oomKilled: true,
    startedAt: '2023-11-14T23:23:20.000Z',
    uptimeSeconds: 800,
    cgroups: [`${places.root}/group`],
    namespaces: { mnt: 4026532001, pid: 4026532002 },
    program: `${places.dataRoot}/boxes/web/program`,
    log: `${places.dataRoot}/boxes/web/log`,
    box: { name: 'web' },
  })
})

test.each([
  ['oom_kill_disable 0\nunder_oom 0\noom_kill 3\n', true],
  ['oom_kill_disable 0\nunder_oom 0\noom_kill 0\n', false],
  ['oom_kill_disable 0\nunder_oom 0\n', null],
])('cgroup v1 tells of a lack of memory: %j', (text, expected) => {
  const places = fakePlaces({ 'group/memory.oom_control': text })
  expect(inspect(places, 'web', [`${places.root}/group`]).oomKilled).toBe(expected)
})

test.each([
  [
    'one that is larger than what is read first',
    program(JSON.stringify({ name: 'x'.repeat(300_000) })),
    'x'.repeat(300_000),
  ],
  ['none', '#!/bin/sh\n', undefined],
  ['half a line', '#!/bin/sh\n#box {"name":', undefined],
  ['an empty file', '', undefined],
])('the box in a stored program: %s', (_, text, name) => {
  expect(storedBox(fakePlaces({ 'data/boxes/web/program': text }), 'web')?.name).toBe(name)
})
