import type { Box, Volume } from '../../spec/box.ts'
import { bind } from '../inside.ts'
import { mountPoint } from '../nested.ts'
import type { About, Step } from '../plan.ts'

export const about: About = {
  does: 'Shows a directory or a file of the host in the box.',
  kernel: 'bind mount and mount propagation (mount(2), MS_BIND, MS_REC, MS_PRIVATE, MS_SLAVE, MS_SHARED)',
  man: 'mount(8), mount_namespaces(7)',
  without: 'Data would stay in the writable layer and go with it.',
  docker: '-v, --mount type=bind',
}

/** Sources are made canonical on the host first: after the pivot a link in them would be resolved inside the box. */
export function volumeSources(box: Box): Step[] {
  return box.mounts.volumes.map((volume, index) => ({
    kind: 'volumes',
    title: `Find the volume ${volume.source}`,
    why: volume.why,
    where: 'host',
    run: [
      { call: 'volume_source', args: [volume.source, volume.create ? 'create' : 'exists'] },
      { set: `volume_${index}`, to: { ref: 'source' } },
      { set: `volume_flags_${index}`, to: { ref: 'source_flags' } },
      { run: ['export', `volume_${index}`, `volume_flags_${index}`] },
    ],
    undo: [],
  }))
}

export function volumes(box: Box): Step[] {
  return box.mounts.volumes.map((volume, index) => ({
    kind: 'volumes',
    title: `Mount the volume ${volume.target}`,
    why: volume.why,
    where: 'init',
    run: [
      {
        run: bind(
          box,
          volume.readOnly ? 'bind' : 'rbind',
          volume.readOnly
            ? ['ro', { ref: `volume_flags_${index}` }, `,${options(volume, box)}`]
            : [options(volume, box)],
          ['/dev/.old', { ref: `volume_${index}` }],
          mountPoint(volume.target, box),
        ),
      },
    ],
    undo: [],
  }))
}

/** `X-mount.mkdir`: a tmpfs was empty when targets were made. */
function options({ propagation, target }: Volume, { mounts }: Box): string {
  const inside = mounts.tmpfs.some((outer) => target.startsWith(`${outer.target}/`))
  return propagation + (inside ? ',X-mount.mkdir' : '')
}
