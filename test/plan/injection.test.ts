import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { stringify } from 'yaml'
import { makePlan } from '../../src/plan/make-plan.ts'
import { printProgram } from '../../src/plan/program/print-program.ts'
import { hostFacts, resolveText } from '../spec/fake.ts'
import { places } from '../spec/places.ts'

// No text of a spec is run by the shell, whatever field it stands in: programs are run where there are no tools.
const directory = mkdtempSync(`${tmpdir()}/boxes-injection-`)
beforeAll(() => {
  for (const path of ['', '/run', '/run/root']) {
    if (path !== '') mkdirSync(directory + path)
    chmodSync(directory + path, 0o777)
  }
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const v1 = hostFacts()
const v2 = hostFacts('debian13-v2')

/** The program of a spec with these fields; null when they are refused. */
function compile(fields: object, host = v1): string | null {
  const spec = { rootfs: 'host', command: ['true'], ...fields }
  const text = stringify(spec, { version: '1.2', lineWidth: 0 }).replaceAll('$', '$$$$')
  const result = resolveText(text, { host })
  return 'box' in result ? printProgram(makePlan(result.box, host)) : null
}

/** The part of a program that a shell takes for more than comments. */
const code = (program: string) => program.replace(/^#.*$/gm, '')

/** All parts of a program, to be run where no tool is found: what waits for another does nothing, exec ends nothing. */
function dry(program: string): string {
  const parts = program.slice(0, program.lastIndexOf('\ncase ${1-} in\n')).replace(/^( *)exec /gm, '$1')
  return `${parts}
set +eu
run=${directory}/run data=${directory}/run PATH=/nowhere lower=/
cd() { :; }; die() { :; }; step() { :; }; hear() { :; }; hold_users() { :; }; root_is_there() { :; }; remove_groups() { :; }; make_scope() { :; }
for file in process go status launched rooted; do : >$run/$file; done
for part in prepare confine enter_scope build_root join become entering undo; do ( $part 4>&2 ) </dev/null >/dev/null 2>&1; done
`
}

/** Runs programs as nobody; the numbers of those in which something of a text was run. */
function hits(programs: readonly string[]): number[] {
  for (const [n, program] of programs.entries()) writeFileSync(`${directory}/${n}.sh`, dry(program))
  const script = `n=0; while [ $n -lt ${programs.length} ]; do sh $n.sh </dev/null >/dev/null 2>&1; if [ -e HIT ]; then echo $n; rm HIT; fi; n=$((n + 1)); done`
  const nobody =
    process.getuid?.() === 0 ? ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'] : []
  const [file = '', ...args] = [...nobody, 'sh', '-c', script]
  const { stdout } = spawnSync(file, args, { cwd: directory, encoding: 'utf8' })
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map(Number)
}

/** Without blanks and colons, which some fields split at. */
const attacks = ['`>HIT`', '$(>HIT)', ';>HIT;', "';>HIT;'", '";>HIT;"', '\n>HIT\n']
/** Paths, pairs and volumes begin with something of their own, and a root is there when it is called so. */
const forms = ['*', '/x*', '/x*/root', 'A=*', '/x:/y*', '/dev/null:/dev/*']
const escaped = (text: string) => text.replaceAll("'", "'\\''")
/** What a naive quoting would have printed inside of a quoted word: no quotes, single ones alone, double ones. */
const naive = [(text: string) => `'${text}'`, (text: string) => text, (text: string) => `'"${text}"'`]
/** Places whose text is in programs as it is, whatever it is. */
const free = new Set<string>()

describe.each(places)('%s', (place, fields) => {
  const programs = new Map<string, { attack: string; program: string }>()
  for (const attack of attacks)
    for (const form of forms) {
      const program = compile(fields(form.replace('*', () => attack)) as object)
      if (program !== null) programs.set(code(program), { attack, program })
    }
  const taken = [...programs.values()]
  // One of each attack will do.
  const there = attacks.flatMap((text) =>
    taken
      .filter(({ attack, program }) => attack === text && code(program).includes(escaped(text)))
      .slice(0, 1),
  )
  test('nothing of it is run', () => {
    expect(hits(taken.map(({ program }) => program))).toEqual([])
  })
  if (there.length === 0) return
  free.add(place)
  test('with a naive quoting it is', () => {
    const weak = there.flatMap(({ attack, program }) =>
      naive.map((quote) => program.replaceAll(escaped(attack), () => quote(attack))),
    )
    const found = new Set(hits(weak).map((n) => there[Math.floor(n / naive.length)]?.attack))
    expect(found).toEqual(new Set(there.map(({ attack }) => attack)))
  })
})

test.each(['alpine', 'busybox-only'])('on %s, without perl, nothing of any place is run', (name) => {
  const all = { cap_add: ['ALL'], seccomp: 'unconfined' }
  // Where such a program differs from the others: what goes into the environment, the command and the mounts.
  const own = places.filter(([place]) => /^(environment|command|volumes|tmpfs)/.test(place))
  const compiled = own.flatMap(([, fields]) =>
    attacks.flatMap((attack) =>
      forms.flatMap((form) => {
        const given = { ...all, ...(fields(form.replace('*', () => attack)) as object) }
        return compile(given, hostFacts(name)) ?? []
      }),
    ),
  )
  const programs = [...new Map(compiled.map((program) => [code(program), program])).values()]
  expect(programs.length).toBeGreaterThan(50)
  expect(hits(programs)).toEqual([])
  const weak = compile({ ...all, environment: { A: '$(>HIT)' } }, hostFacts(name)) ?? ''
  expect(hits([weak, weak.replaceAll("'\\''$(>HIT)'\\''", () => '$(>HIT)')])).toEqual([1])
})

const bps = (device: object) => ({ device_read_bps: [device], device_write_bps: [device] })
const iops = (device: object) => ({ device_read_iops: [device], device_write_iops: [device] })
const blkio = ['bps', 'iops'].flatMap((kind) =>
  ['read', 'write'].map((way) => `blkio_config.device_${way}_${kind}[]`),
)
/** Places with a grammar: a value that it lets through, and what the program has of it. */
const grammars: [readonly string[], object, string, typeof v1?][] = [
  [['name'], { name: 'q9q' }, 'q9q'],
  [['rootfs.include[]'], { rootfs: { debootstrap: 'bookworm', include: ['q9q'] } }, 'q9q'],
  [['rootfs.variant'], { rootfs: { debootstrap: 'bookworm', variant: 'buildd' } }, 'buildd'],
  [['rootfs.mirror'], { rootfs: { debootstrap: 'bookworm', mirror: 'http://q9q/x' } }, 'q9q'],
  [['rootfs.debootstrap'], { rootfs: { debootstrap: 'q9q' } }, 'q9q'],
  [['volumes[].target'], { volumes: [{ type: 'bind', source: '/x', target: '/q9q' }] }, 'q9q'],
  [
    ['volumes[].bind.propagation'],
    { volumes: [{ type: 'bind', source: '/x', target: '/y', bind: { propagation: 'rslave' } }] },
    'rslave',
  ],
  [
    ['volumes[].tmpfs.size'],
    { volumes: [{ type: 'tmpfs', target: '/y', tmpfs: { size: '777k' } }] },
    '795648',
  ],
  [['volumes[].tmpfs.mode'], { volumes: [{ type: 'tmpfs', target: '/y', tmpfs: { mode: '0751' } }] }, '0751'],
  [['devices[]'], { devices: ['/dev/null:/dev/q9q'] }, 'q9q'],
  [['shm_size'], { shm_size: '777k' }, '795648'],
  [['extra_hosts[]', 'extra_hosts (key)'], { extra_hosts: ['q9q:9.8.7.6'] }, 'q9q'],
  [['extra_hosts.*'], { extra_hosts: { x: '9.8.7.6' } }, '9.8.7.6'],
  [['dns', 'dns[]'], { dns: ['9.8.7.6'] }, '9.8.7.6'],
  [['dns_search', 'dns_search[]'], { dns: ['9.8.7.6'], dns_search: ['q9q'] }, 'q9q'],
  [['dns_opt[]'], { dns: ['9.8.7.6'], dns_opt: ['q9q'] }, 'q9q'],
  [['entrypoint'], { entrypoint: 'q9q' }, 'q9q'],
  [['command'], { command: 'q9q' }, 'q9q'],
  [['user'], { user: 'q9q' }, 'q9q'],
  [['group_add[]'], { group_add: ['q9q'] }, 'q9q'],
  [['umask'], { umask: '0751' }, '0751'],
  [['ulimits.*', 'ulimits.*.soft', 'ulimits.*.hard'], { ulimits: { nofile: '54321' } }, '54321'],
  [['ulimits (key)'], { ulimits: { nofile: '54321' } }, 'nofile'],
  [['sysctls[]', 'sysctls (key)'], { sysctls: { 'net.q9q': '1' } }, 'q9q'],
  [['sysctls.*'], { sysctls: { 'net.ipv4.ip_forward': 'q9q' } }, 'q9q'],
  [['hostname'], { hostname: 'q9q' }, 'q9q'],
  [['domainname'], { domainname: 'q9q' }, 'q9q'],
  [['stop_signal'], { stop_signal: 'USR2' }, 'USR2'],
  [['stop_grace_period'], { stop_grace_period: '543.21s' }, '54321'],
  [['timeOffsets.monotonic'], { timeOffsets: { monotonic: '54321' } }, '54321'],
  [['timeOffsets.boottime'], { timeOffsets: { boottime: '54321' } }, '54321'],
  [['cpus'], { cpus: '0.54321' }, '54321'],
  [['cpuset'], { cpuset: '0-1' }, '0-1'],
  [['mem_limit'], { mem_limit: '777m' }, '814743552'],
  [['mem_reservation'], { mem_reservation: '777m' }, '814743552'],
  [['memswap_limit'], { mem_limit: '777m', memswap_limit: '778m' }, '815792128'],
  [
    blkio.map((place) => `${place}.path`),
    { blkio_config: { ...bps({ path: '/dev/q9q', rate: 1 }), ...iops({ path: '/dev/q9q', rate: 1 }) } },
    'q9q',
  ],
  [
    blkio.map((place) => `${place}.rate`),
    { blkio_config: bps({ path: '/dev/sda', rate: '777k' }) },
    '795648',
  ],
  [
    ['blkio_config.weight_device[].path'],
    { blkio_config: { weight_device: [{ path: '/dev/q9q', weight: 100 }] } },
    'q9q',
    v2,
  ],
  [['device_cgroup_rules[]'], { device_cgroup_rules: ['c 9:87 r'] }, '9:87'],
  [['resources.cpu.mems'], { resources: { cpu: { mems: '0' } } }, 'mems=0'],
  [
    ['resources.hugepageLimits[].pageSize'],
    { resources: { hugepageLimits: [{ pageSize: '2MB', limit: '778m' }] } },
    '2MB',
  ],
  [
    ['resources.hugepageLimits[].limit'],
    { resources: { hugepageLimits: [{ pageSize: '2MB', limit: '778m' }] } },
    '815792128',
  ],
  [['landlock.access[]'], { landlock: { access: ['make-sock'] } }, 'make-sock', v2],
  [
    ['landlock.rules[].path', 'landlock.rules[].access[]'],
    { landlock: { rules: [{ path: '/q9q', access: ['make-sock'] }] } },
    'make-sock /q9q',
    v2,
  ],
  [['resources.unified (key)'], { resources: { unified: { 'memory.high': '54321' } } }, 'memory.high', v2],
  [['resources.unified.*'], { resources: { unified: { 'memory.high': '54321' } } }, '54321', v2],
]

for (const [names, fields, printed, host] of grammars)
  test(`${names}: what is let through is not run, and would be if it was any text`, () => {
    const program = compile(fields, host)
    if (program === null) throw new Error('it is refused')
    expect(code(program)).toContain(printed)
    const weak = program.replaceAll(printed, () => "$(>HIT)';>HIT;'")
    expect(hits([program, weak])).toEqual([1])
  })

test('there is no other place', () => {
  const known = new Set([...free, ...grammars.flatMap(([names]) => names), ...Object.keys(silent)])
  expect(places.map(([place]) => place).filter((place) => !known.has(place))).toEqual([])
})

/** Places whose text no program has as code. */
const silent: Record<string, string> = {
  'labels[]': 'only in the comment at the end',
  'labels (key)': 'only in the comment at the end',
  'labels.*': 'only in the comment at the end',
  'volumes[].type': 'one of a few words',
  env_file: 'its content is: see environment',
  'env_file[]': 'its content is: see environment',
  mount: 'one of a few words, or a box or path: see pid',
  'cap_add[]': 'a bit',
  'cap_drop[]': 'a bit',
  'security_opt[]': 'one of a few words, or the path of a profile',
  seccomp: 'its content becomes numbers',
}
