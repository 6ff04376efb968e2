import { createRequire } from 'node:module'

/** First line that `PATH --version` prints; empty when the tool knows no such option or does not answer in 2 s. */
export const toolVersion = (path: string): string => {
  const ran = spawnSync()(path, ['--version'], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 2000,
    maxBuffer: 1 << 16,
  })
  return ran.status === 0 ? (ran.stdout.split('\n', 1)[0] ?? '').trim() : ''
}

/** Loaded when first needed: an import costs `boxes plan` a millisecond, and the answer is nearly always in the cache. */
const spawnSync = () =>
  (createRequire(import.meta.url)('node:child_process') as typeof import('node:child_process')).spawnSync
