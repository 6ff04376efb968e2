#!/usr/bin/env node
// oclif.manifest.json: what every command takes, so that help and parsing load no command.
//   scripts/manifest.js          fails when the file is not current
//   scripts/manifest.js --write  writes it, from the commands in dist/
import { readFile, writeFile } from 'node:fs/promises'
import { Plugin } from '@oclif/core'

const root = new URL('..', import.meta.url).pathname
const file = `${root}oclif.manifest.json`
const text = await manifestText(root)
if (process.argv.includes('--write')) await writeFile(file, text)
else if (text !== (await readFile(file, 'utf8').catch(() => ''))) {
  process.stderr.write('oclif.manifest.json is not current: npm run manifest writes it\n')
  process.exitCode = 1
}

async function manifestText(root) {
  const plugin = new Plugin({
    root,
    ignoreManifest: true,
    errorOnManifestCreate: true,
    respectNoCacheDefault: true,
  })
  await plugin.load()
  return `${JSON.stringify(plugin.manifest, null, 2)}\n`
}
