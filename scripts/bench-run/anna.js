import { spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

const script = new URL('../../test/harness/anna.sh', import.meta.url).pathname
const uid = '4242'

/** An ordinary user for the length of the bench: words that come before a command of theirs, with their environment. */
export async function anna(world) {
  const home = `${world.dir}/anna`
  const run = `${home}/run`
  chmodSync(world.dir, 0o711)
  for (const path of [home, run]) {
    mkdirSync(path, { mode: 0o700 })
    chownSync(path, Number(uid), Number(uid))
  }
  const keeper = spawn(script, [world.dir, 'sleep', '3600'], { stdio: 'ignore' })
  world.atEnd(() => keeper.kill('SIGKILL'))
  while (!/^Uid:\s+4242/m.test(status(keeper.pid))) {
    if (keeper.exitCode !== null) throw new Error(`${script} has ended with ${keeper.exitCode}`)
    await setTimeout(20)
  }
  const words = [
    'nsenter',
    '--target',
    `${keeper.pid}`,
    '--mount',
    '--',
    'setpriv',
    '--reuid',
    uid,
    '--regid',
    uid,
  ]
  const env = [`HOME=${home}`, `XDG_RUNTIME_DIR=${run}`, 'BOXES_ROOT=', 'BOXES_RUN=']
  return {
    home,
    run,
    words: [...words, '--clear-groups', '--inh-caps=-all', '--', 'env', '-C', home, ...env],
  }
}

function status(pid) {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    return ''
  }
}
