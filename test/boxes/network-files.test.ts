import { readFileSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { busyboxRoot, world } from '../harness/index.ts'

const here = world()
const root = busyboxRoot()
afterAll(() => rmSync(root, { recursive: true }))

test('/etc/hosts knows localhost, the box and extra_hosts', async () => {
  const spec = { rootfs: root, hostname: 'web', extra_hosts: ['db:10.0.0.2', 'six=2001:db8::1'] }
  const { stdout } = await here.sh(spec, 'cat /etc/hosts')
  expect(stdout).toMatch(/^127\.0\.0\.1\s.*\blocalhost\b/m)
  expect(stdout).toMatch(/^::1\s.*\blocalhost\b/m)
  expect(stdout).toMatch(/^127\.\S+\s+.*\bweb\b/m)
  expect(stdout).toMatch(/^10\.0\.0\.2\s+db$/m)
  expect(stdout).toMatch(/^2001:db8::1\s+six$/m)
})

test('/etc/hostname is the host name', async () => {
  expect((await here.sh({ rootfs: root, hostname: 'web' }, 'cat /etc/hostname')).stdout).toBe('web\n')
})

test('/etc/resolv.conf is a copy of the host’s', async () => {
  expect((await here.sh({ rootfs: root }, 'cat /etc/resolv.conf')).stdout).toBe(
    readFileSync('/etc/resolv.conf', 'utf8'),
  )
})

test('dns, dns_search and dns_opt make /etc/resolv.conf', async () => {
  const spec = { rootfs: root, dns: ['9.9.9.9', '1.1.1.1'], dns_search: 'example.org', dns_opt: ['ndots:2'] }
  const { stdout } = await here.sh(spec, 'cat /etc/resolv.conf')
  expect(stdout.trim().split('\n').sort()).toEqual([
    'nameserver 1.1.1.1',
    'nameserver 9.9.9.9',
    'options ndots:2',
    'search example.org',
  ])
})

test('the box may change these files; the host’s and the image’s stay', async () => {
  const before = readFileSync('/etc/hosts', 'utf8')
  const { stdout } = await here.sh({}, 'echo "10.9.9.9 mine" >>/etc/hosts && tail -1 /etc/hosts')
  expect(stdout).toBe('10.9.9.9 mine\n')
  expect(readFileSync('/etc/hosts', 'utf8')).toBe(before)
})
