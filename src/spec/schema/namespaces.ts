import { duration, list, map, type Schema, string } from './kinds.ts'

/** What the box shares with the host or another box. */
export const namespaces: Record<string, Schema> = {
  network_mode: mode(
    'Network namespace: `none` (default; the loopback interface only), `host`, `box:NAME` or a path; for an ordinary user also `pasta` or `slirp4netns`: one of its own that this tool connects with the outside.',
    'none',
    'pasta',
  ),
  pid: mode('PID namespace: which processes the box sees. Default `private`.'),
  ipc: mode('IPC namespace: System V IPC and POSIX message queues. Default `private`.'),
  uts: mode('UTS namespace: host name and domain name. Default `private`.'),
  cgroup: mode('Cgroup namespace: whether the box sees its own group as the root. Default `private`.'),
  userns_mode: mode(
    'User namespace. Default `host`, which for an ordinary user is one in which they are root; `auto`: ids that no other box has; `keep-id`: the caller has the same id inside; `private` needs uidMappings and gidMappings.',
  ),
  mount: mode('Mount namespace. Default `private`; joined or `host` means no root file system of its own.'),
  time: mode('Time namespace: the monotonic and boot clocks, never the date. Default `private`.'),
  timeOffsets: map('Offsets of the clocks in a private time namespace; the date does not move.', {
    monotonic: duration('Whole seconds added to CLOCK_MONOTONIC; may be negative.'),
    boottime: duration('Whole seconds added to CLOCK_BOOTTIME (uptime); may be negative.'),
  }),
  uidMappings: mappings('User'),
  gidMappings: mappings('Group'),
}

function mode(description: string, own = 'private', ...others: string[]): Schema {
  return string(description, own, ...others, 'host', 'box:web', '/proc/1/ns/net')
}

function mappings(kind: string): Schema {
  return list(
    `${kind} ids of a private user namespace, as in the OCI runtime specification; implies \`userns_mode: private\`.`,
    map(
      'One range of ids.',
      {
        containerID: id('First id inside the box.'),
        hostID: id('First id on the host.'),
        size: { ...id('How many ids.'), minimum: 1 },
      },
      'containerID',
      'hostID',
      'size',
    ),
  )
}

function id(description: string): Schema {
  return { description, type: 'integer', minimum: 0, maximum: 4294967295 }
}
