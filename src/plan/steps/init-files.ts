import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'
import { fstab, run } from '../refs.ts'
import { copyServers } from './network.ts'

export const about: About = {
  does: 'Writes /etc/hosts, /etc/hostname and /etc/resolv.conf for this box and lays them over those of the image.',
  kernel: 'bind mounts (mount(2), MS_BIND)',
  man: 'hosts(5), hostname(5), resolv.conf(5)',
  without:
    "The box would have the image's leftovers: the name of the machine that built it, and no name server.",
  docker: 'the init layer; --add-host, --dns, --hostname',
}

/** The init layer. The files live in the run directory, mode 0644, and can be written by the box. */
export function initFiles(box: Box, host: Host): Step[] {
  if (box.rootfs.kind === 'joined' || box.namespaces.mount.mode !== 'private') return []
  const files = ['hosts', 'hostname', 'resolv.conf'] as const
  const text = {
    hosts: box.network.hosts,
    hostname: [box.process.hostname ?? host.hostname],
    'resolv.conf': box.network.resolvConf,
  }
  const given = box.network.resolvConf
  return [
    {
      kind: 'init-files',
      title: 'Write hosts, hostname and resolv.conf',
      why: 'extra_hosts, hostname, dns, dns_search, dns_opt',
      where: 'host',
      run: [
        { call: 'umask', args: ['022'] },
        ...files.flatMap((name) =>
          text[name] === null ? [] : [{ write: [run, `/${name}`], lines: text[name] }],
        ),
        ...(given === null ? [copyServers(box)] : []),
        { call: 'umask', args: ['077'] },
        fstab(
          ...files.map((name) => ({
            source: `/dev/.old${box.paths.run}/${name}`,
            target: `/etc/${name}`,
            type: 'none',
            options: ['bind', 'rprivate'],
          })),
        ),
      ],
      undo: [],
    },
  ]
}
