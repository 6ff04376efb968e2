import { existsSync, readFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'

/** What the numbers were measured on. */
export function describeMachine(runtimes) {
  const model = cpus()[0]?.model ?? 'unknown processor'
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`
  const at = '/sys/fs/cgroup'
  const v2 = existsSync(`${at}/cgroup.controllers`) ? 'v2' : existsSync(`${at}/unified`) ? 'v1 and v2' : 'v1'
  const pretty = readFileSync('/etc/os-release', 'utf8').match(/^PRETTY_NAME="?([^"\n]*)/m)?.[1]
  return [
    `${cpus().length} × ${model}, ${memory}; ${pretty}, Linux ${release()}, cgroup ${v2}`,
    runtimes.flatMap(({ version }) => version ?? []).join(', '),
    `${new Date().toISOString().slice(0, 10)}, load ${readFileSync('/proc/loadavg', 'utf8').split(' ')[0]}`,
  ]
}
