import { expect, test } from '@jest/globals'
import { probe } from '../../src/host/probe.ts'
import { boxOf, fakeInputs, hostFacts } from '../spec/fake.ts'
import { fake } from './fake.ts'

const anna = 'Uid:\t4242\t4242\t4242\t4242\nGid:\t77\t77\t77\t77\n'
const passwd = 'root:x:0:0::/root:/bin/sh\nanna:x:4242:77::/home/anna:/bin/sh\n'

const subuids = (text: string) =>
  probe(fake({ '/proc/self/status': anna, '/etc/passwd': passwd, '/etc/subuid': text })).user.subuids

test.each([
  [
    'by name and by number',
    'bob:1:2\nanna:1000:10\n4242:2000:5',
    [
      [1000, 10],
      [2000, 5],
    ],
  ],
  ['twice the same', 'anna:1000:10\n4242:1000:10\n', [[1000, 10]]],
  [
    'ranges that overlap',
    'anna:1000:10\nanna:1005:10\nanna:990:100\n',
    [
      [1000, 10],
      [1010, 5],
      [990, 10],
      [1015, 75],
    ],
  ],
  [
    'the own id in a range',
    'anna:4000:1000',
    [
      [4000, 242],
      [4243, 757],
    ],
  ],
  ['the own id alone', 'anna:4242:1\n', []],
  ['no ids', 'anna:1000:0\n', []],
  ['more than there are', 'anna:4294967290:65536\nanna:99999999999999999999:5\n', [[4294967290, 5]]],
  ['what newuidmap passes over', 'anna:1000:10 \n anna:1000:10\nanna:1000\nanna:-5:10\n#anna:1000:10\n', []],
])('ids of /etc/subuid: %s', (_, text, ranges) => {
  expect(subuids(text)).toEqual(ranges)
})

test('a user with very many ids does not wait for them to be counted', () => {
  const host = hostFacts('debian12-user')
  const many = [[1000000, 4000000000]] as const
  const user = { ...host.user, subuids: many, subgids: many }
  const start = process.cpuUsage().user
  boxOf('userns_mode: auto', { host: { ...host, user }, inputs: fakeInputs() })
  expect(process.cpuUsage().user - start).toBeLessThan(5_000_000)
})
