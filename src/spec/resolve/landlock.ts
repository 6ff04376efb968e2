import { atLeast, isSince } from '../../host/at-least.ts'
import type { Landlock, Mounts, Namespaces } from '../box.ts'
import { show } from '../diagnostic.ts'
import { fileRights } from '../schema/landlock.ts'
import type { SpecLandlock } from '../spec.ts'
import type { Context } from './context.ts'
import { insidePath } from './paths-inside.ts'

interface Around {
  readonly namespaces: Namespaces
  readonly mounts: Mounts
  readonly noNewPrivs: boolean
}

/** What Landlock denies and allows; null without the field. */
export function resolveLandlock(context: Context, around: Around): Landlock | null {
  const { landlock } = context.spec
  if (landlock === undefined) return null
  available(context)
  fitting(context, around)
  const denied = deniedRights(context, landlock)
  return { denied, rules: rules(context, landlock, denied) }
}

function available({ host, error }: Context): void {
  if (!atLeast(host.tools.setpriv, '2.40'))
    error(
      ['landlock'],
      'host',
      'setpriv of this host cannot ask for it',
      'install util-linux 2.40 or newer (Debian 13), or remove it',
    )
  if (!host.lsm.includes('landlock'))
    error(
      ['landlock'],
      'host',
      'this kernel does not offer it: /sys/kernel/security/lsm does not list landlock',
      'mount securityfs there if it is not mounted, boot with lsm=landlock,… , or remove it',
    )
}

function fitting({ error }: Context, { namespaces, mounts, noNewPrivs }: Around): void {
  if (namespaces.mount.mode !== 'private')
    error(
      ['landlock'],
      'conflict',
      "the host's tools, which must stay in reach until the command begins, are in the same tree",
      'remove it, or `mount`',
    )
  if (!noNewPrivs)
    error(
      ['landlock'],
      'conflict',
      'setpriv sets no_new_privs with it',
      'remove it, or let no_new_privs be true',
    )
  for (const { source, why } of mounts.volumes)
    if (source === '/')
      error(
        ['landlock'],
        'conflict',
        `${why} is the host's root, below which the host's tools are to be read and executed`,
        'make volumes of what is needed of it',
      )
}

function deniedRights({ host, error }: Context, { access = ['fs'] }: SpecLandlock): string[] {
  const given = access.filter((word) => word !== 'fs')
  const denied = Object.keys(fileRights).filter((right) => access.includes('fs') || given.includes(right))
  if (denied.length === 0)
    error(['landlock', 'access'], 'value', 'nothing would be denied', 'write fs, or some rights')
  for (const right of denied) {
    const release = fileRights[right] ?? [0, 0]
    if (isSince(host, release)) continue
    error(
      ['landlock', 'access'],
      'host',
      `the Landlock of this kernel does not know ${right} (Linux ${release.join('.')})`,
      'name the rights without it',
    )
  }
  return denied
}

function rules(
  context: Context,
  { rules: given = [] }: SpecLandlock,
  denied: readonly string[],
): Landlock['rules'] {
  return given.flatMap(({ path: text, access }, index) => {
    const at = ['landlock', 'rules', index]
    const path = insidePath(context, text, [...at, 'path'])
    if (access.length === 0)
      context.error([...at, 'access'], 'value', 'it allows nothing', 'name some rights, or remove the rule')
    for (const [place, right] of access.entries())
      if (!denied.includes(right))
        context.error(
          [...at, 'access', place],
          'conflict',
          `${show(right)} is not denied`,
          'add it to landlock.access, or remove it here',
        )
    return path === null ? [] : [{ path, access: [...new Set(access)] }]
  })
}
