import { mkdir } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { processesOf } from '../memory.js'

/** podman with its own store, no network, cgroups by file; with the first of its runtimes that runs here. */
export async function podman(world) {
  const path = world.find('podman')
  if (!path) return { missing: 'podman' }
  const dir = `${world.dir}/podman`
  await mkdir(dir)
  const places = ['--root', `${dir}/root`, '--runroot', `${dir}/run`, '--tmpdir', `${dir}/tmp`]
  const tool = [path, ...places, '--cgroup-manager', 'cgroupfs', '--events-backend', 'none']
  // Its default limits are above the hard ones of a root without CAP_SYS_RESOURCE.
  const box = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', '--network', 'none']
  // podman mounts its store on itself, and undoes that when the last of it ends; conmon's clean-up may be on its way still.
  const unmount = '! mountpoint -q "$1" || umount --lazy "$1"'
  world.atEnd(async () => {
    for (let tries = 0; tries < 40 && processesOf(dir).length > 0; tries++) await setTimeout(250)
    world.run(['sh', '-c', unmount, 'sh', `${dir}/root/overlay`])
  })
  world.run([...tool, 'import', world.tarball(), 'bench'])
  const { runtime, note } = pick(world, tool, box)
  const podman = [...tool, ...runtime]
  const held = `bench-${process.pid}`
  world.atEnd(() => world.run([...podman, 'rm', '--force', '--time', '0', held]))
  world.run([...podman, 'run', '--detach', '--name', held, ...box, 'bench', '/bin/sleep', '3600'], {
    quiet: true,
  })
  const run = [...podman, 'run', '--rm', ...box, 'bench', '/bin/true']
  return {
    version: world.run([path, '--version']).trim().replace(' version', ''),
    note,
    measures: [
      { kind: 'start', id: 'podman run', label: '`podman run --rm --network none`', argv: run },
      {
        kind: 'enter',
        id: 'podman exec',
        label: '`podman exec`',
        argv: [...podman, 'exec', held, '/bin/true'],
      },
    ],
    left: { id: 'podman', label: '`podman run -d`', pids: () => processesOf(dir), note: 'conmon' },
  }
}

function pick(world, tool, box) {
  const tries = [[], ['--runtime', 'runc'], ['--runtime', 'crun']]
  let problem
  for (const runtime of tries) {
    try {
      world.run([...tool, ...runtime, 'run', '--rm', ...box, 'bench', '/bin/true'])
      return { runtime, note: problem && `with ${runtime.join(' ')}, since with its default: ${problem}` }
    } catch (error) {
      problem ??= error.message
    }
  }
  throw new Error(problem)
}
