import { expect, test } from '@jest/globals'
import type { Host } from '../../src/host/host.ts'
import { boxOf, errorsOf, hostFacts } from './fake.ts'

const host = hostFacts('debian13-v2')
const less = (change: Partial<Host>) => ({ host: { ...host, ...change } })
const landlock = (text: string) => boxOf(`landlock: ${text}`, { host }).privileges.landlock
const errors = (text: string, world = { host }) => errorsOf(text, world)

test('without the field there is none', () => {
  expect(boxOf('', { host }).privileges.landlock).toBeNull()
})

test('fs, which is the default, is every right; rights keep the order of setpriv', () => {
  const all = landlock('{}')?.denied
  expect(all).toHaveLength(15)
  expect(landlock('{access: [fs]}')?.denied).toEqual(all)
  expect(landlock('{access: [fs, execute]}')?.denied).toEqual(all)
  expect(landlock('{access: [truncate, execute]}')?.denied).toEqual(['execute', 'truncate'])
})

test('a rule allows, at a normalised path', () => {
  expect(
    landlock('{access: [execute, write-file], rules: [{path: //usr/./bin/, access: [execute, execute]}]}'),
  ).toEqual({ denied: ['execute', 'write-file'], rules: [{ path: '/usr/bin', access: ['execute'] }] })
})

test('a rule that says nothing is an error', () => {
  const rule = (text: string) => errors(`landlock: {access: [execute], rules: [${text}]}`)
  expect(rule('{path: usr, access: [execute]}')).toEqual([
    'landlock.rules[0].path: "usr" is not an absolute path',
  ])
  expect(rule('{path: /usr, access: []}')).toEqual(['landlock.rules[0].access: it allows nothing'])
  expect(rule('{path: /usr, access: [execute, make-dir]}')).toEqual([
    'landlock.rules[0].access[1]: "make-dir" is not denied',
  ])
  expect(errors('landlock: {access: []}')).toEqual(['landlock.access: nothing would be denied'])
  expect(errors('landlock: {access: [exec]}')[0]).toMatch(/^landlock\.access\[0\]: /)
})

test('a host without it refuses, and says what is missing', () => {
  const setpriv = { path: '/usr/bin/setpriv', version: '2.38.1' }
  const old = ['landlock: setpriv of this host cannot ask for it']
  expect(errors('landlock: {}', less({ tools: { ...host.tools, setpriv } }))).toEqual(old)
  expect(errors('landlock: {}', less({ tools: {} }))).toEqual(old)
  expect(errors('landlock: {}', less({ lsm: ['yama'] }))).toEqual([
    'landlock: this kernel does not offer it: /sys/kernel/security/lsm does not list landlock',
  ])
})

test('a right that the kernel does not know is an error, and none of the others', () => {
  const old = less({ kernel: [6, 1] })
  expect(errors('landlock: {}', old)).toEqual([
    'landlock.access: the Landlock of this kernel does not know truncate (Linux 6.2)',
  ])
  expect(errors('landlock: {access: [execute, refer]}', old)).toEqual([])
  expect(errors('landlock: {access: [refer]}', less({ kernel: [5, 15] }))).toEqual([
    'landlock.access: the Landlock of this kernel does not know refer (Linux 5.19)',
  ])
})

test('what would undo it is an error', () => {
  const refused = (text: string) => errors(`landlock: {}\n${text}`)
  expect(refused('no_new_privs: false')).toEqual(['landlock: setpriv sets no_new_privs with it'])
  expect(refused('volumes: ["/:/host:ro"]')).toEqual([
    "landlock: volumes[0] is the host's root, below which the host's tools are to be read and executed",
  ])
  expect(errorsOf('landlock: {}\nmount: "box:other"', { host }).join()).toMatch(/host's tools/)
})
