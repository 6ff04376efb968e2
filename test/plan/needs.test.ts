import { describe, expect, test } from '@jest/globals'
import type { Host } from '../../src/host/host.ts'
import { packageOf } from '../../src/host/packages.ts'
import { makePlan } from '../../src/plan/make-plan.ts'
import { missingTools } from '../../src/plan/needs.ts'
import { boxOf, hostFacts } from '../spec/fake.ts'

describe('missingTools', () => {
  const facts = hostFacts('debian12-hybrid')

  test('a machine with all of them lacks none', () => {
    expect(lacks('tty: true\ninit: true')).toEqual([])
  })

  test.each([
    ['perl', '', 'perl (always)'],
    ['flock', '', 'flock (always)'],
    ['pivot_root', '', 'pivot_root (always)'],
    ['ip', '', 'ip (network_mode)'],
    ['script', 'tty: true', 'script (tty)'],
    ['script', '', null],
    ['tini-static', 'init: true', 'tini-static (init)'],
  ])('without %s and with "%s": %s', (tool, field, expected) => {
    const { [tool]: _, catatonit: __, ...tools } = facts.tools
    expect(lacks(field, { ...facts, tools })).toEqual(expected === null ? [] : [expected])
  })

  test('applets have few options of util-linux, and other tars follow links', () => {
    const applet = (name: string) => ({ [name]: { path: `/bin/${name}`, version: 'busybox' } })
    const tools = { ...facts.tools, ...applet('nsenter'), ...applet('ip'), ...applet('flock') }
    expect(lacks('', { ...facts, tools })).toEqual(['nsenter (command)'])
  })

  test.each([
    ['alpine', 'script', 'util-linux'],
    ['alpine', 'ip', 'iproute2'],
    ['rhel9', 'ip', 'iproute'],
    ['debian13-v2', 'script', 'bsdutils'],
  ])('on %s %s is in %s', (name, tool, expected) => {
    const host = hostFacts(name)
    expect(packageOf(host, tool)).toBe(expected)
    const { [tool]: _, ...tools } = host.tools
    expect(packageOf({ tools }, tool)).toBe(expected)
  })

  test('a host of busybox alone needs no more than that for what it can run', () => {
    const host = hostFacts('busybox-only')
    expect(lacks('cap_add: [ALL]\nseccomp: unconfined', host)).toEqual([])
    const { flock: _, ...tools } = host.tools
    expect(lacks('cap_add: [ALL]\nseccomp: unconfined', { ...host, tools })).toEqual([])
    expect(
      lacks(
        'cap_add: [ALL]\nseccomp: unconfined\nvolumes: [{ type: bind, source: /a, target: /a, bind: { propagation: shared } }]',
        host,
      ),
    ).toEqual(['findmnt (volumes)'])
  })

  test.each(['pasta', 'slirp4netns'])('%s, which connects the box of an ordinary user', (tool) => {
    const user = hostFacts('debian12-user')
    const { [tool]: _, ...tools } = user.tools
    expect(lacks(`network_mode: ${tool}`, { ...user, tools })).toEqual([`${tool} (network_mode)`])
    expect(lacks(`network_mode: ${tool}`, user)).toEqual([])
  })

  function lacks(fields: string, host: Host = facts): string[] {
    const box = boxOf(`name: x\nrootfs: host\ncommand: "true"\n${fields}\n`, { host })
    return missingTools(makePlan(box, host), host).map(({ tool, why }) => `${tool} (${why})`)
  }
})
