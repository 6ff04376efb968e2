import { writeFile } from 'node:fs/promises'
import { processesOf } from '../memory.js'

const cli = new URL('../../../bin/boxes', import.meta.url).pathname

/** Three boxes of the same root: one for the program, one for the CLI, one that runs and is entered. */
export async function boxes(world) {
  const { dir, run } = world
  const spec = async (name, command) => {
    const file = `${dir}/${name}.yaml`
    await writeFile(
      file,
      `name: bench-${process.pid}-${name}\nrootfs: ${world.root}\ncommand: ${JSON.stringify(command)}\n`,
    )
    return file
  }
  const one = await spec('one', ['/bin/true'])
  const two = await spec('two', ['/bin/true'])
  const held = await spec('held', ['/bin/sleep', '3600'])
  const program = `${dir}/program`
  await writeFile(program, run([cli, 'plan', one]))
  const stored = `${dir}/boxes/lib/boxes/bench-${process.pid}-held/program`
  world.atEnd(() => {
    for (const file of [one, two, held]) run([cli, 'down', '-t', '0', file])
  })
  run([cli, 'up', '-d', held], { quiet: true })
  return {
    version: run([cli, '--version']).split(' ')[0].replace('/', ' '),
    measures: [
      {
        kind: 'start',
        id: 'program up',
        label: 'the program: `sh PROGRAM up --rm`',
        argv: ['sh', program, 'up', '--rm'],
      },
      { kind: 'start', id: 'boxes up', label: '`boxes up --rm SPEC`', argv: [cli, 'up', '--rm', two] },
      {
        kind: 'enter',
        id: 'program enter',
        label: 'the program: `sh PROGRAM enter true`',
        argv: ['sh', stored, 'enter', 'true'],
      },
      {
        kind: 'enter',
        id: 'boxes enter',
        label: '`boxes enter NAME true`',
        argv: [cli, 'enter', `bench-${process.pid}-held`, 'true'],
      },
      { kind: 'plan', id: 'boxes plan', label: '`boxes plan SPEC`', argv: [cli, 'plan', one] },
    ],
    left: {
      id: 'boxes',
      label: '`boxes up -d`',
      note: 'monitor, and the keeper of the log with its head',
      pids: () => processesOf(`${dir}/boxes/`),
    },
  }
}
