import type { Namespaces, Rootfs } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { SpecDebootstrap } from '../spec.ts'
import type { Context } from './context.ts'
import { hostPath } from './paths-inside.ts'

/** Where the root file system comes from. */
export function resolveRootfs(context: Context, namespaces: Namespaces): Rootfs {
  const { mount } = namespaces
  const { spec, error } = context
  if (mount.mode !== 'private') {
    if (spec.rootfs !== undefined && !(mount.mode === 'host' && spec.rootfs === 'host')) {
      error(
        ['rootfs'],
        'conflict',
        'a box in the mount namespace of another has no root of its own',
        'remove it, or `mount`',
      )
    }
    return { kind: 'joined' }
  }
  if (spec.rootfs === undefined) {
    error([], 'missing', 'rootfs is missing', 'add `rootfs: host`, or the path of a directory or a tarball')
    return { kind: 'host' }
  }
  if (spec.rootfs === 'host') return { kind: 'host' }
  const owners = ownersOf(context, namespaces)
  return typeof spec.rootfs === 'string'
    ? fromPath(context, spec.rootfs, owners)
    : debootstrap(context, spec.rootfs, owners)
}

/** The mapping of a namespace that is joined is not known. */
const foreign = '[[],[]]'

/** An ordinary user unpacks with the ids of the box: what lies in the cache is good for this mapping only. */
function ownersOf({ host }: Context, { uidMappings, gidMappings }: Namespaces): string {
  if (host.root) return ''
  return JSON.stringify([uidMappings, gidMappings])
}

function fromPath(context: Context, text: string, owners: string): Rootfs {
  const { inputs, error } = context
  const field = ['rootfs']
  const path = hostPath(context, text, field)
  if (path === null) return { kind: 'host' }
  // The path becomes an option of an overlay mount, where these have a meaning of their own.
  if (/[,:\\"]/.test(path)) {
    error(
      field,
      'value',
      `${show(path)} holds one of , : \\ "`,
      'rename or link it: overlayfs cannot take such a path',
    )
  }
  if (path === '/') error(field, 'value', 'the root of the host', 'write `rootfs: host`')
  const kind = inputs.stat(path)
  if (kind === 'directory') return { kind, path }
  if (kind !== 'file') {
    const problem = kind === 'missing' ? 'does not exist' : 'is neither a directory nor a file'
    error(
      field,
      'file',
      `${show(path)} ${problem}`,
      'name a directory or a tarball; paths start at the spec file',
    )
    return { kind: 'host' }
  }
  if (!/\.(tar|tgz|tar\.(gz|xz|zst))$/.test(path)) {
    error(field, 'value', `${show(path)} is no tarball`, 'boxes reads .tar .tar.gz .tgz .tar.xz .tar.zst')
    return { kind: 'host' }
  }
  const hashed = inputs.sha256(path)
  if ('error' in hashed)
    error(field, 'file', `${show(path)} cannot be read: ${hashed.error}`, 'check the file')
  if (owners === foreign)
    error(
      field,
      'unsupported',
      'the ids to unpack it with are those of another namespace',
      'name a directory',
    )
  const sha256 = 'digest' in hashed ? hashed.digest : ''
  return { kind: 'tarball', path, sha256, key: owners === '' ? sha256 : inputs.hash(sha256 + owners) }
}

function debootstrap({ inputs, host, error }: Context, spec: SpecDebootstrap, owners: string): Rootfs {
  const { debootstrap: suite, include = [], variant = 'minbase', mirror = null } = spec
  const demand = (path: (string | number)[], text: string, grammar: RegExp, remedy: string): void => {
    if (!grammar.test(text)) error(['rootfs', ...path], 'value', `${show(text)} cannot be used here`, remedy)
  }
  demand(['debootstrap'], suite, /^[a-z0-9][a-z0-9.+-]{0,62}$/, 'name a suite such as bookworm or stable')
  include.forEach((name, index) => {
    demand(['include', index], name, /^[a-z0-9][a-z0-9+.-]{0,126}(:[a-z0-9]+)?$/, 'name a package')
  })
  demand(['variant'], variant, /^[a-z][a-z-]{0,30}$/, 'e.g. minbase or buildd')
  if (mirror !== null) {
    demand(
      ['mirror'],
      mirror,
      /^(https?|file):\/\/[A-Za-z0-9._~:/%@+=-]{1,500}$/,
      'write an http, https or file address',
    )
  }
  if (owners === foreign)
    error(
      ['rootfs'],
      'unsupported',
      'the ids to make it with are those of another namespace',
      'name a directory',
    )
  const key = inputs.hash(JSON.stringify([suite, [...include].sort(), variant, mirror, host.arch]) + owners)
  return { kind: 'debootstrap', suite, include, variant, mirror, key }
}
