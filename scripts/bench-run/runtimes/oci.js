import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { processesOf } from '../memory.js'

/** runc and crun, each with the bundle that its own `spec` command writes: no filter of system calls, a read-only root. */
export const runc = (world) => oci(world, 'runc')
export const crun = (world) => oci(world, 'crun')

async function oci(world, name) {
  const path = world.find(name)
  if (!path) return { missing: name }
  const dir = `${world.dir}/${name}`
  const way = name === 'crun' && hybrid() ? withoutUnified(path) : [path]
  const tool = [...way, '--root', `${dir}/state`]
  const bundle = async (kind, args) => {
    const at = `${dir}/${kind}`
    await mkdir(at, { recursive: true })
    world.run([path, 'spec', ...(name === 'runc' ? ['--bundle', at] : [`--bundle=${at}`])])
    const config = JSON.parse(await readFile(`${at}/config.json`, 'utf8'))
    config.process.terminal = false
    config.process.args = args
    config.root.path = world.root
    await writeFile(`${at}/config.json`, JSON.stringify(config))
    return at
  }
  const once = await bundle('once', ['/bin/true'])
  const long = await bundle('long', ['/bin/sleep', '3600'])
  const held = `bench-${process.pid}-${name}`
  world.run([...tool, 'run', '--bundle', once, `${held}-try`])
  world.atEnd(() => world.run([...tool, 'delete', '--force', held]))
  world.run([...tool, 'run', '--detach', '--bundle', long, held], { quiet: true })
  return {
    version: world.run([path, '--version']).split('\n')[0].replace(' version', ''),
    note:
      way.length > 1
        ? 'refuses a hybrid host, so each call first unmounts the v2 tree for itself (2 ms)'
        : undefined,
    measures: [
      {
        kind: 'start',
        id: `${name} run`,
        label: `\`${name} run\``,
        argv: [...tool, 'run', '--bundle', once, `${held}-once`],
      },
      {
        kind: 'enter',
        id: `${name} exec`,
        label: `\`${name} exec\``,
        argv: [...tool, 'exec', held, '/bin/true'],
      },
    ],
    left: {
      id: name,
      label: `\`${name} run -d\``,
      pids: () => processesOf(dir),
      note: 'nobody keeps its output or its exit status',
    },
  }
}

/** crun 1.8 does not run where a v2 tree beside those of v1 has a controller (hugetlb, say). */
function hybrid() {
  const file = '/sys/fs/cgroup/unified/cgroup.controllers'
  return existsSync(file) && readFileSync(file, 'utf8').trim() !== ''
}

function withoutUnified(path) {
  return ['unshare', '--mount', 'sh', '-c', 'umount -l /sys/fs/cgroup/unified && exec "$@"', 'crun', path]
}
