import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'

/** What the others make outside of the directories that they are given; what was not there before goes at the end. */
const traces = [
  ...['/etc/docker/key.json', '/etc/docker', '/run/docker', '/run/containerd', '/run/libpod'],
  ...['/run/crun', '/run/runc', '/run/containers', '/var/lib/containers', '/var/lib/cni'],
]
const groups = ['docker', 'libpod_parent']

/** A directory with a root file system of one busybox, a clean environment, and what is to be undone, last first. */
export async function makeWorld() {
  const dir = await mkdtemp(`${tmpdir()}/boxes-bench-`)
  const clean = [...traces, ...groupPaths()].filter((path) => !existsSync(path))
  const root = `${dir}/root`
  for (const part of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp'])
    await mkdir(`${root}/${part}`, { recursive: true })
  await copyFile('/bin/busybox', `${root}/bin/busybox`)
  for (const name of ['sh', 'true', 'sleep']) await symlink('busybox', `${root}/bin/${name}`)
  const undo = []
  const env = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: dir,
    BOXES_ROOT: `${dir}/boxes/lib`,
    BOXES_RUN: `${dir}/boxes/run`,
  }
  const run = (argv, options) => runOne(argv, env, options)
  return {
    dir,
    root,
    env,
    run,
    /** Path of a program, or undefined. */
    find: (name) =>
      env.PATH.split(':')
        .map((at) => `${at}/${name}`)
        .find((path) => existsSync(path)),
    /** The root as an archive, made when first asked for. */
    tarball: () => {
      const file = `${dir}/root.tar`
      if (!existsSync(file)) run(['tar', '-C', root, '-cf', file, '.'])
      return file
    },
    atEnd: (action) => undo.unshift(action),
    remove: async () => {
      for (const action of undo) await attempt(action)
      for (const path of clean) await attempt(() => removeTrace(path))
      await attempt(() => rm(dir, { recursive: true, force: true }))
    },
  }
}

/** Answers the standard output; an error tells what the program said. */
function runOne(argv, env, { quiet } = {}) {
  const [file, ...args] = argv
  // A detached box may keep the streams that it is given; a pipe would then be waited for.
  const stdio = quiet ? 'ignore' : ['ignore', 'pipe', 'pipe']
  const ran = spawnSync(file, args, { env, stdio, timeout: 60_000, maxBuffer: 1 << 26 })
  if (ran.error) throw ran.error
  if (ran.status !== 0)
    throw new Error(`${`${ran.stderr ?? ''}`.trim().split('\n').at(-1) || argv.join(' ')}`)
  return `${ran.stdout ?? ''}`
}

function groupPaths() {
  const root = '/sys/fs/cgroup'
  const trees = existsSync(root) ? [root, ...readdirSync(root).map((tree) => `${root}/${tree}`)] : []
  return trees.flatMap((tree) => groups.map((group) => `${tree}/${group}`))
}

/** Groups go with rmdir, deepest first; a busy one stays and is told. */
async function removeTrace(path) {
  if (!existsSync(path)) return
  if (!path.startsWith('/sys/')) return rm(path, { recursive: true, force: true })
  const ran = spawnSync('find', [path, '-depth', '-type', 'd', '-exec', 'rmdir', '{}', '+'])
  if (ran.status !== 0) throw new Error(`${ran.stderr}`.trim())
}

async function attempt(action) {
  try {
    await action()
  } catch (error) {
    console.error(`bench: clean-up: ${error.message}`)
  }
}
