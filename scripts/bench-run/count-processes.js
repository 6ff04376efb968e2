import { readFileSync } from 'node:fs'

/** Processes and programs that one `up --rm` starts, as strace sees them; null without strace. */
export function countProcesses(world) {
  const strace = world.find('strace')
  if (!strace) return null
  const log = `${world.dir}/strace`
  const calls = 'trace=execve,fork,vfork,clone,clone3'
  world.run([strace, '-f', '-q', '-e', calls, '-o', log, 'sh', `${world.dir}/program`, 'up', '--rm'])
  const lines = readFileSync(log, 'utf8').split('\n')
  const ended = (pattern) => lines.filter((line) => pattern.test(line)).length
  return {
    programs: ended(/execve.* = 0$/),
    processes: 1 + ended(/(fork|clone3?)[( ].* = \d+$/),
  }
}
