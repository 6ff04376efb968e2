import { files } from './schema/files.ts'
import type { Schema } from './schema/kinds.ts'
import { namespaces } from './schema/namespaces.ts'
import { identity, privileges, process } from './schema/process.ts'
import { resources } from './schema/resources.ts'

export type { Schema } from './schema/kinds.ts'

/** What a spec may say. Structure and types are here; grammar of texts and combinations are in resolve. */
export const schema: Schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'boxes spec',
  description: 'A box: a Linux container that boxes compiles to a POSIX shell program.',
  type: 'object',
  properties: { ...identity, ...files, ...process, ...namespaces, ...privileges, ...resources },
  patternProperties: { '^x-': {} },
  additionalProperties: false,
}

/** The text of `schema/boxes.schema.json`, the copy for editors. */
export function publishedSchema(): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

/** The schema of the value at `key` of a map or list, if there is one. */
export function childSchema(parent: Schema | undefined, key: string | number): Schema | undefined {
  if (parent === undefined) return undefined
  if (typeof key === 'number') return parent.items
  if (parent.properties !== undefined && Object.hasOwn(parent.properties, key)) return parent.properties[key]
  return parent.additionalProperties || undefined
}

/** The names of the types a value may have. */
export function typesOf(of: Schema): readonly string[] {
  return typeof of.type === 'string' ? [of.type] : of.type
}

/** Words of compose that have no meaning here yet: an error that says so, not a guess at a spelling; with what to write instead. */
export const notYet: ReadonlyMap<string, string> = new Map([
  ...(
    'annotations attach boxes cgroup_parent configs cpu_count cpu_percent cpu_period ' +
    'cpu_quota cpu_rt_period cpu_rt_runtime credential_spec depends_on develop expose extends ' +
    'external_links gpus healthcheck include initContainers isolation label_file links logging ' +
    'mac_address models networks platform post_start pre_stop profiles provider pull_policy ' +
    'readinessProbe runtime scale secrets shareProcessNamespace stdin_open ' +
    'storage_opt use_api_socket version volumes_from'
  )
    .split(' ')
    .map((word): [string, string] => [word, 'remove it']),
  ['build', 'make a root file system first, a directory or a tarball, and name it as rootfs'],
  ['container_name', 'use name'],
  ['deploy', 'use cpus, mem_limit, pids_limit'],
  [
    'image',
    'no images are pulled: use rootfs, a directory, a tarball (docker export makes one), {debootstrap: …} or host',
  ],
  ['ports', 'use network_mode: host, or remove it'],
  ['restart', 'remove it, and let systemd or the like run boxes up'],
  ['services', 'a file is one box: put the fields of one service at the top'],
])
