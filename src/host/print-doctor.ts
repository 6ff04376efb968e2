import type { Finding } from './doctor.ts'
import type { Host } from './host.ts'
import { installer } from './packages.ts'

/** The findings as a table for people; `boxes doctor --json` prints the Host itself. Ends in a newline. */
export const printDoctor = (
  host: Host,
  findings: readonly Finding[],
  { color }: { readonly color: boolean },
): string => {
  const paint: Paint = color ? (code, text) => `\x1b[${code}m${text}\x1b[0m` : (_, text) => text
  const width = Math.max(...findings.map((finding) => finding.what.length))
  const groups = GROUPS.flatMap(([group, title]) => {
    const some = findings.filter((one) => one.group === group)
    if (some.length === 0) return []
    return ['', paint('1', title), ...some.flatMap((one) => rows(one, width, paint))]
  })
  return `${[paint('1', summaryOf(host)), ...groups, '', ...totals(host, findings)].join('\n')}\n`
}

type Paint = (code: string, text: string) => string

const GROUPS: readonly (readonly [Finding['group'], string])[] = [
  ['user', 'Ordinary user'],
  ['tools', 'Tools'],
  ['kernel', 'Kernel'],
  ['cgroup', 'Control groups'],
]

const summaryOf = ({ hostname, kernel, arch, cpus, memory, root, cgroup }: Host): string =>
  [
    `${hostname}: Linux ${kernel.join('.')} ${arch}`,
    `${cpus} CPU${cpus === 1 ? '' : 's'}`,
    `${(memory / 2 ** 30).toFixed(1)} GiB`,
    root ? 'root' : 'an ordinary user',
    `cgroup ${cgroup.version}`,
  ].join(', ')

const rows = (one: Finding, width: number, paint: Paint): readonly string[] => {
  const what = one.what.padEnd(width)
  if (one.ok) return [`  ${paint('32', 'ok  ')} ${what}  ${paint('2', one.found)}`.trimEnd()]
  const mark = one.fallback ? paint('33', 'less') : paint('31', 'no  ')
  const more: readonly (readonly [string, string])[] = [
    ['found', one.found],
    ['instead', one.fallback],
    ['package', one.package],
    ['remedy', one.remedy],
  ]
  return [
    `  ${mark} ${what}  ${one.cost}`,
    ...more
      .filter(([, text]) => text !== '')
      .map(([name, text]) => `       ${' '.repeat(width)}  ${paint('2', `${name}:`)} ${text}`),
  ]
}

const totals = (host: Host, findings: readonly Finding[]): readonly string[] => {
  const bad = findings.filter((one) => !one.ok)
  const wanted = bad.filter((one) => one.package !== '' && one.found === '')
  const packages = [...new Set(wanted.map((one) => one.package))]
  const less = bad.filter((one) => one.fallback !== '').length
  return [
    `${findings.length - bad.length} in order, ${less} with a fallback, ${bad.length - less} without.`,
    ...(packages.length > 0
      ? [`Packages that bring what is missing: ${installer(host)} ${packages.join(' ')}`]
      : []),
  ]
}
