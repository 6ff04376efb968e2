#!/usr/bin/env node
// Bundles boxes into dist/. An installed boxes needs no node_modules: loading some
// hundred files would cost it more than all of its own work.
import { spawnSync } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'

const root = new URL('..', import.meta.url).pathname

/** What is imported only when it is needed stays a file of its own, beside the one that imports it. */
const lazyFiles = {
  name: 'lazy-files',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ kind, path }) =>
      kind === 'dynamic-import'
        ? { path: `./${path.replace(/^.*\//, '').replace(/ts$/, 'js')}`, external: true }
        : undefined,
    )
  },
}

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
  loader: { '.sh': 'text', '.pl': 'text' },
  // oclif can load commands that are TypeScript; ours never are.
  external: ['typescript'],
  plugins: [lazyFiles],
}

await rm(`${root}dist`, { recursive: true, force: true })
await Promise.all([
  // CommonJS: the module loader of ES modules costs every start some milliseconds.
  build({
    ...common,
    entryPoints: { boxes: 'src/boot.ts', main: 'src/main.ts' },
    outdir: 'dist',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': 'banner_url' },
    banner: { js: 'const banner_url = require("node:url").pathToFileURL(__filename).href;' },
  }),
  build({
    ...common,
    entryPoints: ['src/oclif.ts', 'src/cli/highlight.ts', 'src/cli/ticks.ts'],
    entryNames: '[name]',
    outdir: 'dist',
    format: 'esm',
    splitting: true,
    banner: {
      js: [
        'import { createRequire as banner_require } from "node:module";',
        'import { fileURLToPath as banner_path } from "node:url";',
        'const require = banner_require(import.meta.url), __filename = banner_path(import.meta.url), __dirname = banner_path(new URL(".", import.meta.url));',
      ].join(''),
    },
  }),
])
const main = `${root}dist/main.cjs`
await writeFile(main, (await readFile(main, 'utf8')).replaceAll('import("./', 'load("./'))
// The first run leaves V8's code cache beside the bundle: see src/boot.ts.
spawnSync(process.execPath, [`${root}dist/boxes.cjs`, 'plan', `${root}specs/hello.yaml`], { stdio: 'ignore' })
