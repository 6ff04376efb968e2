import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { afterAll, beforeAll } from '@jest/globals'
import { until } from './run.ts'

/** A server outside of this machine, as far as a box can tell: in a network namespace at the other end of a veth. */
export interface Outside {
  /** ADDRESS:PORT of a server that says `outside` to whoever connects. */
  readonly server: () => string
  /** A port of 127.0.0.1 where this process listens, TCP and UDP. */
  readonly port: () => number
  /** How often somebody came there. */
  readonly visits: () => number
}

/** Call it before `world()`, whose snapshot is older than these links, and whose look at what is left comes after their end. */
export function outside(): Outside {
  const name = `boxes-o${process.pid}`
  const veth = `bo${process.pid}`
  let said = ''
  let visits = 0
  const visit = () => {
    visits += 1
  }
  const tcp = createServer((socket) => {
    visit()
    socket.on('error', () => {}).end('inside\n')
  })
  const udp = createSocket('udp4', visit)
  const port = () => (tcp.address() as { port: number }).port
  let server: ChildProcess | undefined
  beforeAll(async () => {
    ip('netns', 'add', name)
    ip('link', 'add', veth, 'type', 'veth', 'peer', 'name', 'out0', 'netns', name)
    ip('address', 'add', `${near}/30`, 'dev', veth)
    ip('link', 'set', veth, 'up')
    ip('-n', name, 'address', 'add', `${far}/30`, 'dev', 'out0')
    ip('-n', name, 'link', 'set', 'out0', 'up')
    const argv = ['netns', 'exec', name, 'perl', '-e', serving, far]
    server = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'inherit'] })
    server.stdout?.on('data', (text) => {
      said += text
    })
    await until(() => said.endsWith('\n'), 'the server outside listens')
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
    await new Promise<void>((resolve) => udp.bind(port(), '127.0.0.1', resolve))
  })
  afterAll(() => {
    server?.kill('SIGKILL')
    tcp.close()
    udp.close()
    ip('link', 'delete', veth)
    ip('netns', 'delete', name)
  })
  return { server: () => `${far}:${said.trim()}`, port, visits: () => visits }
}

// Addresses for documentation (RFC 5737).
const [near, far] = ['198.51.100.1', '198.51.100.2']

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync('ip', args, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${stderr}`)
}

const serving =
  'use IO::Socket::INET; $| = 1; my $at = IO::Socket::INET->new(LocalAddr => shift, Listen => 9) or die $!; ' +
  'print $at->sockport, "\\n"; while (my $one = $at->accept) { print $one "outside\\n"; close $one }'
