import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, expect, test } from '@jest/globals'
import { run } from '../harness/index.ts'

// Which name servers a connected box gets, on machines that have others than this one.
const directory = mkdtempSync(`${tmpdir()}/boxes-servers-`)
afterAll(() => rmSync(directory, { recursive: true }))
const functions = new URL('../../src/plan/program/network.sh', import.meta.url).pathname

/** In a mount namespace with files of its own: /etc/resolv.conf, and that of systemd-resolved. */
async function servers(host: string, resolved: string | null, ...forwarder: string[]) {
  writeFileSync(`${directory}/host`, host)
  writeFileSync(`${directory}/resolved`, resolved ?? '')
  const script =
    'set -eu; mount --bind "$run/host" /etc/resolv.conf; mount -t tmpfs tmpfs /run; mkdir -p /run/systemd/resolve; ' +
    '[ -z "$resolved" ] || cp "$run/resolved" /run/systemd/resolve/resolv.conf; name=web; . "$functions"; copy_servers "$@"'
  const env = { ...process.env, run: directory, functions, resolved: resolved ?? '' }
  const { status, stderr } = await run(['unshare', '--mount', 'sh', '-c', script, 'sh', ...forwarder], {
    env,
  })
  return { status, stderr, text: readFileSync(`${directory}/resolv.conf`, 'utf8') }
}

test('those of the host, without those on its loopback', async () => {
  const host =
    'nameserver 127.0.0.1\nsearch example.org\nnameserver\t192.0.2.53\nnameserver ::1\noptions edns0'
  expect(await servers(host, null, '169.254.1.1')).toEqual({
    status: 0,
    stderr: '',
    text: 'search example.org\nnameserver 192.0.2.53\noptions edns0\n',
  })
})

test('on the loopback only: the tool hands on, if it can', async () => {
  expect(
    await servers('nameserver 127.0.0.53\noptions edns0\n', 'nameserver 192.0.2.53\n', '169.254.1.1'),
  ).toMatchObject({
    stderr: '',
    text: 'options edns0\nnameserver 169.254.1.1\n',
  })
})

test('else those that systemd-resolved asks', async () => {
  expect(await servers('nameserver 127.0.0.53\n', '# uplink\nnameserver 192.0.2.53\n')).toMatchObject({
    stderr: '',
    text: '# uplink\nnameserver 192.0.2.53\n',
  })
})

test('none: it says so, and how to name others', async () => {
  expect(await servers('nameserver 127.0.0.1\n', null)).toEqual({
    status: 0,
    stderr:
      'boxes: web: the host has no name server but on its loopback, which the box does not reach\n  help: name others in dns\n',
    text: '',
  })
})
