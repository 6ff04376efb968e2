import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { realIo } from './cli/io.ts'
import { type Declared, parseQuick } from './cli/parse-quick.ts'
import { plan } from './cli/plan.ts'
import { tell } from './cli/problem.ts'
import { ps } from './cli/ps.ts'
import { up } from './cli/up.ts'

/** Bundled to dist/boxes.cjs, which bin/boxes starts. The verbs that people wait for skip oclif when their arguments are plain. */
async function main(argv: string[]): Promise<void> {
  const root = dirname(__dirname)
  const [verb = '', ...rest] = argv
  const run = quick[verb]
  const parsed = run && parseQuick(rest, declared(root, verb))
  if (!parsed) return (await import('./oclif.ts')).start(argv, root)
  try {
    process.exitCode = await run(parsed.args as never, parsed.flags)
  } catch (error) {
    const { text, status } = tell(error)
    realIo().err(text)
    process.exitCode = status
  }
}

const quick: Readonly<Record<string, Quick>> = {
  plan: (args, flags) => plan(realIo(), args, flags),
  ps: (_, flags) => ps(realIo(), flags),
  up: (args, flags) => up(realIo(), args, flags),
}

type Quick = (args: { spec: string }, flags: object) => Promise<number>

function declared(root: string, verb: string): Declared {
  const manifest = JSON.parse(readFileSync(`${root}/oclif.manifest.json`, 'utf8'))
  return manifest.commands[verb] as Declared
}

void main(process.argv.slice(2))
