import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { anna } from '../anna.js'

const cli = new URL('../../../bin/boxes', import.meta.url).pathname

/** boxes and podman as an ordinary user: the same root file system, no network, no limits. */
export async function rootless(world) {
  const path = world.find('podman')
  if (!path) return { missing: 'podman' }
  const { home, run, words } = await anna(world)
  const as = (argv, options) => world.run([...words, ...argv], options)
  const root = `${home}/root`
  spawnSync('cp', ['-a', world.root, root])
  spawnSync('chown', ['-R', '4242:4242', root])
  const spec = `${home}/rootless.yaml`
  writeFileSync(spec, `name: bench-rootless\nrootfs: ${root}\ncommand: [/bin/true]\n`)
  const program = `${home}/program`
  writeFileSync(program, as([cli, 'plan', spec]))
  world.atEnd(() => as([cli, 'down', '-t', '0', spec]))
  const tool = [path, '--root', `${home}/store`, '--runroot', `${home}/podman`, '--tmpdir', `${home}/tmp`]
  // runc: this host may have both trees of control groups, which crun 1.8 refuses.
  const podman = [
    ...tool,
    '--cgroup-manager',
    'cgroupfs',
    '--events-backend',
    'none',
    '--storage-driver',
    'overlay',
    '--runtime',
    'runc',
  ]
  world.atEnd(() => endPause(`${run}/libpod/tmp/pause.pid`, `${home}/tmp/pause.pid`))
  world.atEnd(() => as([path, 'unshare', 'rm', '-rf', `${home}/store`]))
  const box = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', '--network', 'none']
  as([...podman, 'import', world.tarball(), 'bench'])
  const other = [...podman, 'run', '--rm', ...box, 'bench', '/bin/true']
  as(other)
  const measure = (id, label, argv) => ({ kind: 'rootless', id, label, argv: [...words, ...argv] })
  return {
    measures: [
      measure('rootless program', 'the program: `sh PROGRAM up --rm`', ['sh', program, 'up', '--rm']),
      measure('rootless boxes', '`boxes up --rm SPEC`', [cli, 'up', '--rm', spec]),
      measure('rootless podman', '`podman run --rm --network none`', other),
    ],
  }
}

/** podman leaves a process that keeps its user namespace. */
function endPause(...files) {
  for (const file of files.filter(existsSync)) process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL')
}
