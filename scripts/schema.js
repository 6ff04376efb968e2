#!/usr/bin/env node
// Writes what is made from src/spec/schema: the validator and the schema for editors. npm run schema
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { build } from 'esbuild'

const root = new URL('..', import.meta.url).pathname
// Below the checkout, so that ajv is found from there.
const dir = await mkdtemp(`${root}node_modules/.schema-`)
try {
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `export { validatorSource } from './generate-validator.ts'
        export { publishedSchema } from './schema.ts'`,
      resolveDir: `${root}src/spec`,
    },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outfile: `${dir}/schema.mjs`,
    logLevel: 'warning',
  })
  const { publishedSchema, validatorSource } = await import(`${dir}/schema.mjs`)
  await writeFile(`${root}src/spec/validate.generated.js`, validatorSource())
  await writeFile(`${root}schema/boxes.schema.json`, publishedSchema())
} finally {
  await rm(dir, { recursive: true, force: true })
}
