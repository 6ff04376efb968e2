import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import type { Host } from '../../src/host/host.ts'
import { worlds } from './inventory.ts'
import { until } from './run.ts'

/** Another machine's userland on this kernel: a mount namespace whose root is a directory. */
export interface Machine {
  readonly root: string
  /** Words that begin a command there. */
  readonly there: readonly string[]
  readonly end: () => Promise<void>
}

/**
 * Its root is the root of the namespace, so that all works there that a machine can, pivot_root(2) and setns(2) too. The
 * directory `shared` is there as here.
 */
export async function machine(root: string, shared: string): Promise<Machine> {
  const child: ChildProcess = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', SCRIPT], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  // Not as arguments: what names a world's directory counts as left over from it.
  child.stdin?.write(`${root}\n${shared}\n`)
  let said = ''
  child.stdout?.on('data', (text) => {
    said += text
  })
  await until(() => said.includes('ready'), `${root} is the root of a machine`)
  const gone = new Promise((resolve) => child.once('close', resolve))
  return {
    root,
    there: ['nsenter', '--target', `${child.pid}`, '--mount', '--root', '--wd=/', '--'],
    end: async () => {
      child.stdin?.end()
      await gone
    },
  }
}

const SCRIPT = `set -eu
read -r root
read -r shared
mount --bind "$root" "$root"
for name in proc sys dev; do mount --rbind "/$name" "$root/$name"; done
mkdir -p "$root$shared"
mount --bind "$shared" "$root$shared"
cd "$root"
pivot_root . old
umount -l /old
echo ready
read -r _ || :`

/** The root of a machine that has nothing but a static busybox. */
export function busyboxMachine(): string {
  const root = mkdtempSync(`${worlds}machine-`)
  for (const name of ['bin', 'etc', 'proc', 'sys', 'dev', 'run', 'old', 'var/lib'])
    mkdirSync(`${root}/${name}`, { recursive: true })
  copyFileSync('/bin/busybox', `${root}/bin/busybox`)
  for (const applet of applets()) symlinkSync('busybox', `${root}/bin/${applet}`)
  writeFileSync(`${root}/etc/passwd`, 'root:x:0:0:root:/root:/bin/sh\n')
  return root
}

/** The facts of that machine: this kernel's, and no tool but the applets. */
export function busyboxFacts(host: Host): Host {
  const tools = applets()
    .filter((name) => asked.includes(name))
    .map((name) => [name, { path: `/bin/${name}`, version: 'busybox' }] as const)
  const busybox = { path: '/bin/busybox', version: 'static' }
  return { ...host, tools: Object.fromEntries([['busybox', busybox], ...tools]), toolMounts: ['/'] }
}

function applets(): string[] {
  const { stdout } = spawnSync('/bin/busybox', ['--list'], { encoding: 'utf8' })
  return stdout
    .trim()
    .split('\n')
    .filter((name) => name !== 'busybox')
}

const asked = 'unshare nsenter mount umount pivot_root flock setpriv setsid env sh hostname ip'.split(' ')
