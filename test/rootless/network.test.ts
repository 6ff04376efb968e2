import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { isAlive, outside, sleep, type TestBox, until, world } from '../harness/index.ts'

const there = outside()
const here = world('anna')
const tools = ['pasta', 'slirp4netns'] as const
const spec = (tool: string, command = 'sleep 1000') => ({
  rootfs: 'host',
  network_mode: tool,
  command: ['sh', '-c', command],
})

/** What a TCP server says; `-` when it is not reached. */
const ask =
  `perl -MIO::Socket::INET -e '` +
  'print map { my $to = IO::Socket::INET->new(PeerAddr => $_, Timeout => 3); ($to ? <$to> : 0) || "-\\n" } @ARGV' +
  `' --`

/** Packets for 127.0.0.1 that pass by the local routes: to send them takes no capability. */
const forge = `perl -MSocket -e '
  my ($device) = grep { $_ ne "lo" } map { m{([^/]+)$} } glob "/sys/class/net/*";
  $SIG{ALRM} = sub { die "no answer\\n" };
  for my $kind (SOCK_DGRAM, SOCK_STREAM) { eval {
    socket my $socket, AF_INET, $kind, 0; setsockopt $socket, SOL_SOCKET, 25, "$device\\0" or die $!;
    alarm 2; connect $socket, sockaddr_in($ARGV[0], inet_aton "127.0.0.1") or die "$!\\n"; send $socket, "x", 0; print "sent\\n" };
    print $@ }' --`

const process = (box: TestBox, file: 'tether' | 'network' | 'init') =>
  readFileSync(`${box.box.paths.run}/${file}`, 'utf8').split(' ').map(Number)
const gone = (pid: number) => until(() => !isAlive(pid), `process ${pid} is gone`)
const kill = (pid = 0) => globalThis.process.kill(pid, 'SIGKILL')

async function up(given: Readonly<Record<string, unknown>>) {
  const box = here.box(given)
  expect(await box.up({ detach: true })).toMatchObject({ status: 0, stderr: '' })
  const [tool = 0] = process(box, 'network')
  const [tether = 0] = process(box, 'tether')
  const [init = 0, , , monitor = 0] = process(box, 'init')
  return { box, tool, tether, init, monitor }
}

async function downLeavesNothing(box: TestBox, ...pids: number[]) {
  expect(await box.down('-t', '0')).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(pids.filter(isAlive)).toEqual([])
  expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
}

describe.each(tools)('%s', (tool) => {
  test('the command finds a way out, and none to the loopback of the host', async () => {
    const ran = await here.sh(
      spec(tool),
      `${ask} ${there.server()} 127.0.0.1:${there.port()}; ${forge} ${there.port()}; cat /etc/resolv.conf`,
    )
    const [server, own, udp, tcp, ...servers] = ran.stdout.split('\n')
    expect({ server, own }).toEqual({ server: 'outside', own: '-' })
    expect({ udp, tcp }).toEqual({ udp: 'Operation not permitted', tcp: 'Operation not permitted' })
    await sleep(300)
    expect(there.visits()).toBe(0)
    expect(servers.join('\n')).toMatch(/^nameserver (?!127\.)/m)
  })

  test('enter is in the same network; parameters of it are set', async () => {
    const { box, tool: pid } = await up({
      ...spec(tool),
      sysctls: { 'net.ipv4.ip_unprivileged_port_start': '81' },
    })
    const ran = await box.enter([
      'sh',
      '-c',
      `${ask} ${there.server()}; cat /proc/sys/net/ipv4/ip_unprivileged_port_start`,
    ])
    expect(ran).toMatchObject({ status: 0, stdout: 'outside\n81\n' })
    await downLeavesNothing(box, pid)
  })

  test('it ends with the box, before any down', async () => {
    const { box, tool: pid, tether, init } = await up(spec(tool))
    kill(init)
    await Promise.all([gone(tether), gone(pid)])
    await downLeavesNothing(box)
  })

  test('the monitor is killed: the box keeps its network, and it ends with the box', async () => {
    const asking = `while :; do ${ask} ${there.server()}; sleep 0.2; done`
    const { box, tool: pid, init, tether, monitor } = await up(spec(tool, asking))
    kill(monitor)
    await gone(monitor)
    await sleep(1200)
    const before = (await box.logs()).stdout
    await until(async () => (await box.logs()).stdout.length > before.length + 16, 'it asks on')
    expect((await box.logs()).stdout).toMatch(/^(outside\n)+$/)
    kill(init)
    await Promise.all([gone(tether), gone(pid)])
    await downLeavesNothing(box)
  })

  test('all that watches is killed: down ends it', async () => {
    const { box, tool: pid, tether, monitor } = await up(spec(tool))
    kill(tether)
    kill(monitor)
    expect(isAlive(pid)).toBe(true)
    await downLeavesNothing(box, pid)
  })

  test('it is killed: the box goes on without it', async () => {
    const { box, tool: pid } = await up(spec(tool))
    kill(pid)
    await gone(pid)
    const ran = await box.enter(['sh', '-c', `${ask} 127.0.0.1:9; ls /sys/class/net`])
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringMatching(/^-\n(.*\n)?lo\n/) })
    await downLeavesNothing(box)
  })

  test('up is killed at any moment: down leaves nothing', async () => {
    for (const moment of [100, 200, 300, 400, 500, 700]) {
      const box = here.box(spec(tool))
      const began = box.start()
      await sleep(moment)
      const owner = () => Number.parseInt(readFileSync(`${box.box.paths.run}/owner`, 'utf8'), 10)
      kill(await until(() => existsSync(`${box.box.paths.run}/owner`) && owner(), 'up has begun'))
      await sleep(50)
      const file = `${box.box.paths.run}/network`
      const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) || 0 : 0
      await downLeavesNothing(box, ...(pid === 0 ? [] : [pid]))
      await began.done
    }
  })

  test('it cannot start: up says why, and leaves nothing', async () => {
    const box = here.box(spec(tool))
    const text = readFileSync(box.program, 'utf8')
    writeFileSync(box.program, text.replace(/--config-net|--configure/, '--nonsense'))
    const ran = await box.up({ detach: true })
    expect(ran).toMatchObject({ status: 125, stderr: expect.stringMatching(/nonsense[\s\S]*has ended/) })
    expect(here.left().filter((line) => line.includes(box.name))).toEqual([])
  })

  test.each(['keep-id', 'auto'])('in the ids of userns_mode: %s', async (ids) => {
    const ran = await here.sh({ ...spec(tool), userns_mode: ids }, `${ask} ${there.server()}`)
    expect(ran).toMatchObject({ stdout: 'outside\n' })
  })

  test('another box may join it, and one may have a network of its own in the same user namespace', async () => {
    const { box } = await up(spec(tool))
    const users = `box:${box.name}`
    const joining = await here.sh(
      { rootfs: 'host', userns_mode: users, network_mode: users },
      `${ask} ${there.server()}`,
    )
    expect(joining).toMatchObject({ stdout: 'outside\n' })
    const beside = await here.sh({ ...spec(tool), userns_mode: users }, `${ask} ${there.server()}`)
    expect(beside).toMatchObject({ stdout: 'outside\n' })
    await downLeavesNothing(box)
  })
})

test('raw packets are forbidden as they would reach the loopback; who adds the capability is told', () => {
  const { box } = here.box(spec('slirp4netns'))
  expect(box.privileges.capabilities).not.toContain('CAP_NET_RAW')
  const { box: raw } = here.box({ ...spec('slirp4netns'), cap_add: ['NET_RAW'] })
  expect(raw.notes.join('\n')).toMatch(/CAP_NET_RAW.*the host's loopback/)
})
