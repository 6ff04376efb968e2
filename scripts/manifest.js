#!/usr/bin/env node
// oclif.manifest.json: what every command takes, so that help and parsing load no command.
//   scripts/manifest.js          prints it
//   scripts/manifest.js --check  fails when the file is not current
import { readFile } from 'node:fs/promises'
import { Plugin } from '@oclif/core'

export async function manifestText(root) {
  const plugin = new Plugin({
    root,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  return `${JSON.stringify(plugin.manifest, null, 2)}\n`
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const root = new URL('..', import.meta.url).pathname
  const text = await manifestText(root)
  if (!process.argv.includes('--check')) process.stdout.write(text)
  else if (text !== (await readFile(`${root}oclif.manifest.json`, 'utf8'))) {
    process.stderr.write('oclif.manifest.json is not current: npm run build writes it\n')
    process.exitCode = 1
  }
}
