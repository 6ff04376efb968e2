import { existsSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** What the numbers were measured on. */
export function describeMachine(runtimes) {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const unified = existsSync('/sys/fs/cgroup/cgroup.controllers')
  const pretty = readFileSync('/etc/os-release', 'utf8').match(/^PRETTY_NAME="?([^"\n]*)/m)?.[1]
  return [
    `${cpus().length} × ${model}, ${memory}; ${pretty}, Linux ${release()}, cgroup ${unified ? 'v2' : 'v1'}`,
    runtimes.flatMap(({ version }) => version ?? []).join(', '),
    `${new Date().toISOString().slice(0, 10)}, load ${readFileSync('/proc/loadavg', 'utf8').split(' ')[0]}`,
  ]
}
