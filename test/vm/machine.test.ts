import { readdirSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { run } from '../harness/index.ts'

/** Where the disk is made the first time, that takes a minute more. */
const patience = 400_000
const machine = new URL('machine', import.meta.url).pathname
const empty = new URL('guest/', import.meta.url).pathname
const places = process.env.BOXES_VM ?? '/var/tmp/boxes-vm'

const boot = (command: string, seconds: number) =>
  run([machine, '-d', empty, command], {
    env: { ...process.env, BOXES_TIME: `${seconds}` },
    timeout: patience,
  })

const runs = () => readdirSync(places).filter((name) => name.startsWith('run.'))

test(
  'a machine that hangs is ended by the time limit, with the last words of its console',
  async () => {
    const { status, stderr } = await boot('sleep 1000', 12)
    expect(stderr).toContain('vm: the command did not end within 12 seconds\n')
    expect(stderr).toMatch(/==> .*\/console <==\n[\s\S]*\S/)
    expect(status).toBe(124)
    expect(runs()).toEqual([])
  },
  patience,
)

test(
  'a kernel that panics ends it at once; what the command said before came through',
  async () => {
    const { status, stdout, stderr } = await boot('echo before; echo c >/proc/sysrq-trigger', 200)
    expect(stdout).toBe('before\n')
    expect(stderr).toContain('Kernel panic - not syncing: sysrq triggered crash')
    expect(status).toBe(1)
    expect(runs()).toEqual([])
  },
  patience,
)
