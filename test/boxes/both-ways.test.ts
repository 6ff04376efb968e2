import { existsSync, readFileSync, rmSync } from 'node:fs'
import { afterAll, expect, test } from '@jest/globals'
import { facts, run, world } from '../harness/index.ts'

// The versions of tools that bin/boxes remembers are no trace of a box.
afterAll(() => rmSync(`${here.directory}/root/cache`, { recursive: true, force: true }))
const here = world()

// What a process of the box sees of its confinement. Numbers that the kernel counts up (mount ids, devices, inodes) go.
const probe = [
  'cut -d" " -f4- /proc/self/mountinfo | sed "s/ - / /; s/[0-9]*:[0-9]*//"',
  'grep -E "^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups|NSpid)" /proc/self/status',
  'cat /proc/self/cgroup /proc/self/limits',
  'id; pwd; umask; env | sort; hostname; ls -1 /dev',
].join('; ')
const files = ['memory.limit_in_bytes', 'pids.max', 'cpu.cfs_quota_us', 'cpu.shares', 'devices.list']
const kinds = ['mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time', 'user']

test('boxes up, enter, down and sh program up, enter, down make the same box', async () => {
  const text = [
    'rootfs: host',
    'command: [sleep, "1000"]',
    'environment: { A: "one\\ntwo" }',
    'user: nobody',
    'working_dir: /srv/here',
    'mem_limit: 64m',
    'pids_limit: 30',
    'cpus: 0.5',
    'cpu_shares: 512',
    'cap_add: [NET_ADMIN]',
    'ulimits: { nofile: 512 }',
    'tmpfs: [/scratch]',
    'stop_signal: KILL',
  ].join('\n')
  const name = here.box({ rootfs: 'host', command: ['true'] }).name
  const spec = here.file('both.yaml', `name: ${name}\n${text}\n`)

  const byNode = await observed(name, (verb, ...words) =>
    verb === 'up' ? here.cli(['up', '-d', spec]) : here.cli([verb, name, ...words]),
  )
  const plan = await here.cli(['plan', spec])
  const program = here.file('both.sh', plan.stdout)
  const byShell = await observed(name, (verb, ...words) =>
    run(['sh', program, verb, ...(verb === 'up' ? ['-d'] : words)], { env: here.env }),
  )
  expect(byNode.seen).toMatch(/CapBnd:\s+00000000a80435fb/)
  expect(byNode.seen).toContain('/scratch')
  expect(byNode.groups).toContain('67108864')
  expect(byNode.apart).toEqual(['mnt', 'pid', 'net', 'ipc', 'uts', 'cgroup', 'time'])
  expect(byShell).toEqual(byNode)
})

type Ways = (verb: 'up' | 'enter' | 'down', ...words: string[]) => ReturnType<typeof run>

async function observed(name: string, way: Ways) {
  expect(await way('up')).toMatchObject({ status: 0, stdout: `${name}\n` })
  const entered = await way('enter', 'sh', '-c', probe)
  expect(entered).toMatchObject({ status: 0, stderr: '' })
  const [, pid = ''] = (await here.cli(['status', name])).stdout.trim().split(' ')
  const read = (kind: string, of: string) => run(['readlink', `/proc/${of}/ns/${kind}`])
  const apart: string[] = []
  for (const kind of kinds)
    if ((await read(kind, pid)).stdout !== (await read(kind, 'self')).stdout) apart.push(kind)
  const groups = files.map((file) =>
    readFileSync(`/sys/fs/cgroup/${file.split('.')[0]}/boxes/${name}/${file}`, 'utf8'),
  )
  expect(await way('down')).toMatchObject({ status: 0 })
  return { seen: entered.stdout, apart, groups: groups.join('') }
}

test('a program for another machine: one error, and no plain file where its groups would be', async () => {
  const fields = { rootfs: 'host', command: ['true'] }
  const { cgroup, ...host } = facts()
  const other = here.box(fields, {
    ...host,
    cgroup: { ...cgroup, version: 'v2', v1: {}, v2: here.directory },
  })
  expect(await other.up()).toMatchObject({
    status: 125,
    stderr: expect.stringMatching(/is for another machine .*boxes-test[\s\S]*plan --host FILE/),
  })
  const arch = here.box(fields, { ...facts(), arch: facts().arch === 'aarch64' ? 'x86_64' : 'aarch64' })
  if (existsSync('/proc/sys/kernel/arch'))
    expect((await arch.up()).stderr).toMatch(/is for another machine \(aarch64; this one is x86_64\)/)
  for (const box of [other, arch]) expect(await box.down()).toMatchObject({ status: 0, stderr: '' })
  expect(existsSync(`${here.directory}/cgroup.procs`)).toBe(false)
})
