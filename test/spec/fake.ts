import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Host } from '../../src/host/host.ts'
import type { Box } from '../../src/spec/box.ts'
import type { Diagnostic } from '../../src/spec/diagnostic.ts'
import type { Inputs } from '../../src/spec/inputs.ts'
import { printDiagnostics } from '../../src/spec/print.ts'
import { readSpec } from '../../src/spec/read.ts'
import { resolve } from '../../src/spec/resolve.ts'

/** A world made of a few files. */
export function fakeInputs(
  files: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
): Inputs {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex')
  const text = (path: string) => (Object.hasOwn(files, path) ? files[path] : undefined)
  return {
    file: 'web.yaml',
    digest: hash(''),
    directory: '/spec',
    defaultName: 'web',
    env,
    takenIds: () => [],
    home: '/home/me',
    stat: (path) => (path.endsWith('/root') ? 'directory' : text(path) === undefined ? 'missing' : 'file'),
    readText: (path) => {
      const found = text(path)
      return found === undefined ? { error: 'there is no such file' } : { text: found }
    },
    sha256: (path) => ({ digest: hash(text(path) ?? '') }),
    hash,
  }
}

export function hostFacts(name = 'debian12-v1'): Host {
  return JSON.parse(readFileSync(new URL(`../hosts/${name}.json`, import.meta.url), 'utf8'))
}

/** Everything from text to Box, as loadSpec does, without the disk. */
export function resolveText(
  text: string,
  { files = {}, env = {}, host = hostFacts(), inputs = fakeInputs(files, env) }: World = {},
): { box: Box } | { errors: readonly Diagnostic[] } {
  const read = readSpec({ text, env })
  return 'spec' in read ? resolve(read, inputs, host) : read
}

/** The box of a spec that must be right; a root and a command are added when it has none. */
export function boxOf(text: string, world: World = {}): Box {
  const result = resolveText(
    `${/^rootfs|^mount/m.test(text) ? '' : 'rootfs: host\n'}${/^command/m.test(text) ? '' : 'command: "true"\n'}${text}`,
    world,
  )
  if ('box' in result) return result.box
  throw new Error(printDiagnostics('web.yaml', text, result.errors))
}

/** The errors of a spec, `path: message` each. */
export function errorsOf(text: string, world: World = {}): string[] {
  const result = resolveText(`rootfs: host\ncommand: "true"\n${text}`, world)
  if ('box' in result) return []
  return result.errors.map(({ path, message }) => `${path}: ${message}`)
}

export interface World {
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly host?: Host
  readonly inputs?: Inputs
}
