/** The report as text for a terminal, or as markdown for the README. */
export function printReport({ rounds, times, memory, processes, machine, aims }, markdown) {
  const table = markdown ? asMarkdown : asText
  const plain = (text) => (markdown ? text : text.replaceAll('`', ''))
  const write = (text = '') => console.log(plain(text))
  for (const line of machine) write(line)
  write(`Medians of ${rounds} rounds, all in turn; in brackets the middle half.`)
  for (const [kind, title, reference] of groups) {
    const rows = times.filter((time) => time.kind === kind)
    if (rows.length === 0) continue
    const unit = rows.find(({ id }) => id === reference)?.median
    write()
    table(
      [title, 'ms', '', reference ? `against ${shown(rows, reference)}` : ''].map(plain),
      rows.map(({ label, median, low, high }) =>
        [label, median.toFixed(1), `(${low.toFixed(1)} – ${high.toFixed(1)})`, times_(median, unit)].map(
          plain,
        ),
      ),
    )
  }
  write()
  table(
    ['Memory of a running box besides its own processes', 'private kB', 'processes', ''],
    memory.map(({ label, kilobytes, parts, note }) => [
      plain(label),
      `${kilobytes}`,
      list(parts),
      note ?? '',
    ]),
  )
  write()
  table(
    ['Aim', '', 'measured', ''],
    aims.map(({ what, aim, measured, met }) => [plain(what), aim, measured, met ? 'met' : 'not met']),
  )
  write()
  write(
    processes
      ? `One \`up --rm\` starts ${processes.processes} processes, which run ${processes.programs} programs.`
      : 'strace is not there, so the processes of an `up` were not counted.',
  )
}

/** Kind of measure, its heading, and the row that the others are compared with. */
const groups = [
  ['start', 'A box of /bin/true, from start to exit', 'runc run'],
  ['enter', 'One more process in a running box', 'docker exec'],
  ['rootless', 'The same box of an ordinary user', 'rootless podman'],
  ['plan', 'The plan alone', 'node'],
  ['floor', 'What starting any program costs here', undefined],
]

function shown(rows, id) {
  return rows.find((row) => row.id === id)?.label ?? ''
}

function times_(value, unit) {
  return unit === undefined ? '' : `${(value / unit).toFixed(2)} ×`
}

function list(parts) {
  return parts.map(({ name, kilobytes }) => `${name} ${kilobytes}`).join(', ') || 'none'
}

function asMarkdown(head, rows) {
  console.log(`| ${head.join(' | ')} |`)
  console.log(`|${head.map((_, index) => (index === 0 ? '---' : '--:')).join('|')}|`)
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
}

function asText(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => [...row[column]].length)))
  for (const row of [head, ...rows])
    console.log(
      row
        .map((cell, column) =>
          /^[\d(≤]/.test(cell) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
        )
        .join('  ')
        .trimEnd(),
    )
}
