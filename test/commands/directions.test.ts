import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from '@jest/globals'

const src = new URL('../../src', import.meta.url).pathname

/** Who may import whom: each room only what stands in its row. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  commands: ['cli'],
  cli: ['state', 'spec', 'host', 'plan', 'shell'],
  plan: ['shell', 'seccomp', 'spec', 'host'],
  state: ['spec'],
  spec: ['seccomp', 'host'],
  host: ['shell'],
  seccomp: [],
  shell: ['plan'],
}

/** Across rooms, types only: plain data has no direction. */
const typesOnly = ['plan>spec', 'plan>host', 'spec>host', 'state>spec', 'shell>plan']

/** Constants that rooms share, and questions about facts that have one answer. */
const tables = [
  'host/at-least.ts',
  'host/capabilities.ts',
  'host/ids-in-order.ts',
  'host/launcher.ts',
  'host/ordinary.ts',
  'host/packages.ts',
  'host/shell-limits.ts',
]

/** What a pure room may not touch, and the files of it that read the disk. */
const pure = ['plan', 'seccomp', 'spec']
const impure = ['spec/inputs.ts', 'spec/load.ts', 'spec/generate-validator.ts']
const forbidden = /^(node:|execa|chalk|listr2|@oclif)/
const globals = /\b(process\.(env|cwd|argv|pid)\b|Date\.now|new Date\b|Math\.random|require\()/

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\/.*\.ts$/.test(file))

test('rooms import in one direction', () => {
  const wrong = files.flatMap((file) => {
    const room = roomOf(file)
    return importsOf(file)
      .filter(({ path }) => path.startsWith('.'))
      .map(({ path, type }) => ({ path: join(dirname(file), path), type }))
      .map(({ path, type }) => ({ to: roomOf(path), type: type || tables.includes(path) }))
      .filter(
        ({ to, type }) =>
          to !== room &&
          !((rooms[room] ?? []).includes(to) && (type || !typesOnly.includes(`${room}>${to}`))),
      )
      .map(({ to }) => `${file} imports ${to}`)
  })
  expect(wrong).toEqual([])
})

test('pure rooms touch nothing but their arguments', () => {
  const wrong = files
    .filter((file) => pure.includes(roomOf(file)) && !impure.includes(file))
    .flatMap((file) => [
      ...importsOf(file)
        .filter(({ path, type }) => !type && forbidden.test(path))
        .map(({ path }) => `${file} imports ${path}`),
      ...(globals.test(code(file)) ? [`${file} uses ${globals.exec(code(file))?.[0]}`] : []),
    ])
  expect(wrong).toEqual([])
})

test('only the shell room starts processes', () => {
  const wrong = files.filter(
    (file) =>
      roomOf(file) !== 'shell' && importsOf(file).some(({ path }) => /child_process|^execa/.test(path)),
  )
  expect(wrong).toEqual([])
})

function importsOf(file: string): { path: string; type: boolean }[] {
  const found = code(file).matchAll(
    /^(?:import|export)\s+(type\s+)?(?:([^'"]*?)\s+from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]/gm,
  )
  return [...found].map(([, type, names = '', path, lazy]) => ({
    path: path ?? lazy ?? '',
    type:
      type !== undefined ||
      (/^\{/.test(names) &&
        names
          .replace(/[{}]/g, '')
          .split(',')
          .every((name) => /^\s*(type\s|$)/.test(name))),
  }))
}

const roomOf = (file: string): string => file.split('/')[0] ?? ''

/** Without comments. */
const code = (file: string): string =>
  readFileSync(`${src}/${file}`, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
