#!/usr/bin/env node
// npm run matrix: writes the table "area × machine" of README.md from results/, where the last runs have left theirs
// (`.ci/run`). A machine that has not run has no column.
import { readFile, writeFile } from 'node:fs/promises'
import { relative } from 'node:path'

const root = new URL('..', import.meta.url).pathname

/** A machine: its column's title, and which of the results are its own. */
const machines = [
  {
    title: 'Debian 12, cgroup v1 + v2, root',
    own: ({ from, user }) => from === 'jest' && !user,
  },
  { title: 'Debian 12, an ordinary user', own: ({ from, user }) => from === 'jest' && user },
  { title: 'Debian 13, cgroup v2, systemd, root', own: ({ from, set }) => from === 'vm' && set === 'root' },
  { title: 'Debian 13, an ordinary user', own: ({ from, set }) => from === 'vm' && set === 'user' },
  { title: 'Debian 13 without perl, root', own: ({ from, set }) => from === 'vm' && set === 'bare' },
]

/** An area: its row's title, and the files of its tests below test/, without what their names end in; the first that fits counts. */
const areas = [
  [
    'a box’s life: `up`, `enter`, `logs`, `down`',
    /^boxes\/(both|busybox|debian|enter|exit|logs|many|process|specs|terminal|without)|^rootless\/(box|debian|places)|^(root|bare)\/life|^user\/box/,
  ],
  ['limits, control groups, systemd', /\/(limits|cgroup|scope|systemd|delegation)/],
  ['users and their ids', /^(boxes|rootless|root)\/users/],
  ['namespaces, network', /^boxes\/(namespaces|network)|^(rootless|user)\/network/],
  [
    'root file systems, volumes, /proc',
    /^boxes\/(kernel-files|root|volumes)|^rootless\/archives|^root\/(idmap|volumes)/,
  ],
  [
    'privileges, system call filter, Landlock',
    /^boxes\/privileges|^seccomp|^rootless\/confinement|^root\/landlock/,
  ],
  [
    'attacks',
    /^security|^rootless\/(interpreter|launcher|outside|servers|targets)|^root\/(attack|bite|isolation)/,
  ],
  ['faults, kills, power cuts', /^faults|^rootless\/faults|^root\/power/],
  ['specs and plans', /^(spec|plan)\/|^rootless\/spec/],
  ['commands, host facts, state', /^(commands|host|state|shell|harness|vm)\//],
]

const results = [
  ...fromJest(await read('results/jest.json')),
  ...((await read('results/vm.json')) ?? []).map((one) => ({
    ...one,
    from: 'vm',
    area: areaOf(`${one.set}/${one.area}`),
  })),
]
if (results.length === 0) {
  process.stderr.write('matrix: results/ holds no results: .ci/run leaves them there\n')
  process.exit(1)
}
const [begin, end] = ['<!-- matrix: npm run matrix -->\n', '<!-- /matrix -->']
const readme = `${root}README.md`
const [before, rest = ''] = (await readFile(readme, 'utf8')).split(begin)
const after = rest.slice(rest.indexOf(end))
if (!after.startsWith(end)) throw new Error(`README.md has no ${begin.trim()} with a ${end} after it`)
await writeFile(readme, `${before}${begin}${table(results)}${after}`)

function table(all) {
  const columns = machines
    .map(({ title, own }) => ({ title, results: all.filter(own) }))
    .filter((column) => column.results.length > 0)
  const rows = [...new Set([...areas.map(([title]) => title), ...all.map(({ area }) => area)])]
  const row = (title, of) => line([title, ...columns.map((column) => cell(of(column.results)))])
  return [
    line(['area', ...columns.map(({ title }) => title)]),
    line(['---', ...columns.map(() => '--:')]),
    ...rows.map((area) => row(area, (own) => own.filter((one) => one.area === area))),
    row('**all**', (own) => own),
    '',
  ].join('\n')
}

function line(cells) {
  return `| ${cells.join(' | ')} |`
}

function cell(own) {
  if (own.length === 0) return ''
  const failed = own.filter(({ passed }) => !passed).length
  return `${own.length - failed} passed${failed > 0 ? `, **${failed} failed**` : ''}`
}

/** What no row is for has one of its own. */
function areaOf(file) {
  return areas.find(([, files]) => files.test(file))?.[0] ?? file
}

/** A test file; one that did not load counts as a test that failed. */
function fromJest(report) {
  return (report?.testResults ?? []).flatMap(({ name, status, assertionResults }) => {
    const file = relative(`${root}test`, name).replace('.test.ts', '')
    const [area, user] = [areaOf(file), file.startsWith('rootless/')]
    const ran = assertionResults.filter((one) => ['passed', 'failed'].includes(one.status))
    if (ran.length === 0 && status === 'failed') return [{ from: 'jest', area, user, passed: false }]
    return ran.map((one) => ({ from: 'jest', area, user, passed: one.status === 'passed' }))
  })
}

async function read(file) {
  const text = await readFile(`${root}${file}`, 'utf8').catch(() => '')
  return text === '' ? undefined : JSON.parse(text)
}
