import type { Host } from '../../host/host.ts'
import type { Box, Volume } from '../../spec/box.ts'
import { mapOwners } from '../idmap.ts'
import { bind } from '../inside.ts'
import { mountPoint } from '../nested.ts'
import type { About, Command, Ref, Step } from '../plan.ts'
import { run } from '../refs.ts'

export const about: About = {
  does: 'Shows a directory or a file of the host in the box.',
  kernel:
    'bind mount and mount propagation (mount(2), MS_BIND, MS_REC, MS_PRIVATE, MS_SLAVE, MS_SHARED); idmap: mount_setattr(2) MOUNT_ATTR_IDMAP',
  man: 'mount(8), mount_namespaces(7)',
  without: 'Data would stay in the writable layer and go with it.',
  docker: '-v, --mount type=bind; podman -v …:idmap',
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
      ...(volume.idmap ? [mountPointLike(index)] : []),
    ],
    undo: [],
  }))
}

/** Only root of the host may map owners, so that is done before the box is in its user namespace; `volumes` goes on from there. */
export function mappedVolumes(box: Box, host: Host): Step[] {
  return box.mounts.volumes.flatMap((volume, index) =>
    volume.idmap
      ? [
          {
            kind: 'volumes',
            title: `Map the owners of ${volume.source}`,
            why: volume.why,
            where: 'furnish',
            run: [mapOwners(volume.why, { ref: `volume_${index}` }, mapped(index), host)],
            undo: [],
          },
        ]
      : [],
  )
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
          ['/dev/.old', ...(volume.idmap ? mapped(index) : [{ ref: `volume_${index}` }])],
          mountPoint(volume.target, box),
        ),
      },
    ],
    undo: [],
  }))
}

/** Where the furnisher has a volume with its owners mapped. */
function mapped(index: number): readonly [Ref, string] {
  return [run, `/volume-${index}`]
}

function mountPointLike(index: number): Command {
  return {
    when: ['-d', { ref: `volume_${index}` }],
    do: [{ run: ['mkdir', mapped(index)] }],
    otherwise: [{ run: ['touch', mapped(index)] }],
  }
}

/** `X-mount.mkdir`: a tmpfs was empty when targets were made. */
function options({ propagation, target }: Volume, { mounts }: Box): string {
  const inside = mounts.tmpfs.some((outer) => target.startsWith(`${outer.target}/`))
  return propagation + (inside ? ',X-mount.mkdir' : '')
}
