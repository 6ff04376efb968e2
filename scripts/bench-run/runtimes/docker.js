import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { processesOf } from '../memory.js'

/** A daemon of our own, on a socket and in directories of our own, without bridge and firewall; ended by its pid. */
export async function docker(world) {
  const [daemon, client] = ['dockerd', 'docker'].map(world.find)
  if (!daemon || !client) return { missing: daemon ? 'docker' : 'dockerd' }
  const dir = `${world.dir}/docker`
  await mkdir(dir)
  const host = `unix://${dir}/socket`
  await startDaemon(world, daemon, dir, host)
  const tool = [client, '--host', host]
  const box = ['--network', 'none', 'bench']
  world.run([...tool, 'import', world.tarball(), 'bench'])
  world.run([...tool, 'run', '--rm', ...box, '/bin/true'])
  const held = `bench-${process.pid}`
  const before = processesOf(dir)
  world.atEnd(() => world.run([...tool, 'rm', '--force', held]))
  world.run([...tool, 'run', '--detach', '--name', held, ...box, '/bin/sleep', '3600'], { quiet: true })
  return {
    version: `docker ${world.run([...tool, 'version', '--format', '{{.Server.Version}}']).trim()}`,
    measures: [
      {
        kind: 'start',
        id: 'docker run',
        label: '`docker run --rm --network none`',
        argv: [...tool, 'run', '--rm', ...box, '/bin/true'],
      },
      {
        kind: 'enter',
        id: 'docker exec',
        label: '`docker exec`',
        argv: [...tool, 'exec', held, '/bin/true'],
      },
    ],
    left: {
      id: 'docker',
      label: '`docker run -d`',
      note: 'containerd-shim; dockerd and containerd, which all boxes share, are not counted',
      pids: () => processesOf(dir).filter((pid) => !before.includes(pid)),
    },
  }
}

/** setpriv: when the benchmark is killed its daemon goes, too. */
async function startDaemon(world, path, dir, host) {
  await writeFile(`${dir}/config.json`, '{}')
  const places = ['--data-root', `${dir}/root`, '--exec-root', `${dir}/exec`, '--pidfile', `${dir}/pid`]
  const network = [
    '--bridge',
    'none',
    '--iptables=false',
    '--ip6tables=false',
    '--ip-masq=false',
    '--ip-forward=false',
  ]
  const argv = ['--config-file', `${dir}/config.json`, '--host', host, ...places, ...network]
  const log = openSync(`${dir}/log`, 'w')
  const options = { env: world.env, stdio: ['ignore', log, log] }
  const daemon = spawn('setpriv', ['--pdeathsig', 'TERM', path, ...argv], options)
  closeSync(log)
  const ended = new Promise((resolve) => daemon.once('close', resolve))
  world.atEnd(async () => {
    daemon.kill('SIGTERM')
    const slow = setTimeout(20_000, 'slow', { ref: false })
    if ((await Promise.race([ended, slow])) === 'slow') daemon.kill('SIGKILL')
    await ended
  })
  for (let tries = 0; tries < 120; tries++) {
    await setTimeout(250)
    if (daemon.exitCode !== null) break
    try {
      world.run([world.find('docker'), '--host', host, 'version'])
      return
    } catch {}
  }
  throw new Error((await readFile(`${dir}/log`, 'utf8')).trim().split('\n').at(-1))
}
