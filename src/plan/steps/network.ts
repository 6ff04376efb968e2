import type { Box, Network } from '../../spec/box.ts'
import type { About, Command, Step, Word } from '../plan.ts'
import { networkNamespaceFile, userNamespaceFile } from '../refs.ts'

export const about: About = {
  does: "Starts a process of the caller that has one end of an interface in the box's own network, and does outside, by sockets of its own, what comes in there. It ends with the box.",
  kernel: 'network namespaces; /dev/net/tun (TUNSETIFF); sockets of the caller',
  man: 'pasta(1), slirp4netns(1), network_namespaces(7), ip-xfrm(8)',
  without:
    'The box of an ordinary user would have the loopback only: to connect namespaces otherwise takes root.',
  docker: 'podman --network pasta, --network slirp4netns',
}

export function isConnected({ network }: Box): boolean {
  return network.tool !== null
}

const why = 'network_mode'

/** Early, beside all that comes: the namespace is there, kept by the holder of the user namespace. */
export function network({ network: { tool } }: Box): Step[] {
  if (tool === null) return []
  return [
    {
      kind: 'network',
      title: 'Connect its network with the outside',
      why,
      where: 'host',
      run: [{ call: 'connect', args: ways[tool].argv }],
      undo: [{ call: 'disconnect', args: [] }],
    },
  ]
}

/** What becomes the monitor waits here, and from here on its lock on `exit` says that the box is there (`tether`). */
export function connected(box: Box): Step[] {
  if (!isConnected(box)) return []
  return [
    {
      kind: 'network',
      title: 'Wait for the connection',
      why,
      where: 'join',
      run: [{ call: 'connected', args: [] }, { run: ['flock', '9'] }],
      undo: [],
    },
  ]
}

/**
 * Who binds a socket to the interface (SO_BINDTODEVICE) passes by the local routes, and both tools would hand a packet for 127.0.0.1 to the
 * host's loopback. A policy of IPsec drops it, whatever its way; the box's own loopback is exempt. Past it leads CAP_NET_ADMIN or CAP_NET_RAW.
 */
export function ownLoopback(box: Box): Step[] {
  if (!isConnected(box)) return []
  return [
    {
      kind: 'network',
      title: "Keep the host's loopback out of reach",
      why,
      where: 'init',
      run: ['127.0.0.0/8', '::1/128'].map((dst) => ({
        run: ['ip', 'xfrm', 'policy', 'add', 'dst', dst, 'dir', 'out', 'action', 'block'],
      })),
      undo: [],
    },
  ]
}

/** A copy of the host's name servers, as far as the box reaches them. */
export function copyServers({ network: { tool } }: Box): Command {
  if (tool === null) return { call: 'copy_resolv_conf', args: [] }
  return { call: 'copy_servers', args: ways[tool].forwarder }
}

/** As podman has it; it means to the tool: the first of the host's servers, at port 53. */
const forwarder = '169.254.1.1'

/**
 * No port of the host leads into the box, none of the box to the host's loopback. slirp4netns has a name server, too, but at its address all
 * ports of the host's server answer, which may be 127.0.0.1.
 */
const ways: Record<NonNullable<Network['tool']>, { argv: readonly Word[]; forwarder: readonly string[] }> = {
  pasta: {
    argv: [
      'pasta',
      '--foreground',
      '--quiet',
      '--config-net',
      '--no-map-gw',
      '--no-netns-quit',
      ...['--tcp-ports', '--udp-ports', '--tcp-ns', '--udp-ns'].flatMap((ports) => [ports, 'none']),
      '--dns-forward',
      forwarder,
      '--userns',
      userNamespaceFile,
      '--netns',
      networkNamespaceFile,
    ],
    forwarder: [forwarder],
  },
  slirp4netns: {
    argv: [
      'slirp4netns',
      '--configure',
      '--mtu=65520',
      '--disable-host-loopback',
      '--disable-dns',
      ['--userns-path=', ...userNamespaceFile],
      '--netns-type=path',
      networkNamespaceFile,
      'tap0',
    ],
    forwarder: [],
  },
}
