import { flag, list, map, oneOf, type Schema, size, string, stringOrList, text, word } from './kinds.ts'

/** The root file system and what is mounted into it. */
export const files: Record<string, Schema> = {
  rootfs: {
    description:
      "Root file system: `host` (the host's own userland under an overlay), a directory or a tarball " +
      'relative to this file, or a map that asks debootstrap for one.',
    type: ['string', 'object'],
    examples: ['host', './root', './alpine.tar.gz'],
    properties: {
      debootstrap: string('Suite of a Debian or Ubuntu system to build once and cache.', 'bookworm'),
      include: list('Packages to add.', string('Package name.')),
      variant: string('Variant of mmdebstrap or debootstrap. Default `minbase`.', 'minbase'),
      mirror: string('Address of the package mirror.', 'http://mirror.example/debian'),
    },
    required: ['debootstrap'],
    additionalProperties: false,
  },
  read_only: flag('Mount the root file system read-only. Default false.'),
  volumes: list('Files and directories of the host seen inside the box.', {
    description: '`SOURCE:TARGET[:OPTIONS]` with ro, rw, idmap or a propagation word, or the long form.',
    type: ['string', 'object'],
    examples: ['./data:/data', '/srv/www:/www:ro'],
    properties: {
      type: oneOf('`bind` (default) or `tmpfs`.', 'bind', 'tmpfs', 'volume', 'image', 'npipe', 'cluster'),
      source: string('Path on the host, relative to this file.'),
      target: string('Absolute path inside the box.'),
      read_only: flag('No writes through this mount. Default false.'),
      bind: map('Options of a bind mount.', {
        propagation: oneOf('How mounts below it spread. Default `rprivate`.', ...propagations()),
        create_host_path: flag('Make a missing source directory. Default true.'),
        idmap: flag(
          "Map its owners by the box's user namespace: user 0 on disk is user 0 in the box. Default false.",
        ),
      }),
      tmpfs: map('Options of a tmpfs.', {
        size: size('Upper bound of its size.'),
        mode: word('Permissions as an octal number.', '1777'),
      }),
    },
    required: ['target'],
    additionalProperties: false,
  }),
  tmpfs: stringOrList(
    'Memory file systems: `PATH[:OPTIONS]`.',
    string('Path and options.', '/run:size=64m,mode=755'),
  ),
  devices: list(
    'Device nodes: `SOURCE[:TARGET[:rwm]]`.',
    string('Device of the host, target, permissions.', '/dev/fuse', '/dev/sda:/dev/xvda:r'),
  ),
  shm_size: size('Size of /dev/shm. Default 64m.'),
  maskedPaths: list('Paths hidden from the box, in place of the default ones.', string('Absolute path.')),
  readonlyPaths: list('Paths the box can read only, in place of the default ones.', string('Absolute path.')),
  extra_hosts: {
    description: 'More lines of /etc/hosts: a list of `NAME:ADDRESS` or `NAME=ADDRESS`, or a map.',
    type: ['object', 'array'],
    additionalProperties: string('Address of this name.'),
    items: string('Name and address.', 'db:10.0.0.2'),
  },
  dns: stringOrList('Name servers of /etc/resolv.conf.', string('Address of a name server.')),
  dns_search: stringOrList('Search domains of /etc/resolv.conf.', string('Domain.')),
  dns_opt: list('Options of /etc/resolv.conf.', text('Option.', 'ndots:2')),
}

function propagations(): string[] {
  return ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared']
}
