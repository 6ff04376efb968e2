import type { Process } from '../box.ts'
import { show } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import type { Path } from '../spec.ts'
import { parseInteger } from '../units.ts'
import type { Context } from './context.ts'

/** Resource limits by name; setrlimit(2). */
export function resolveUlimits({ spec, host, error }: Context): Process['ulimits'] {
  return Object.entries(spec.ulimits ?? {}).flatMap(([name, value]) => {
    const path: Path = ['ulimits', name]
    if (!names.includes(name)) {
      const guess = nearest(name, names)
      error(
        path,
        'value',
        `${show(name)} is no limit`,
        guess === null ? `known: ${names.join(' ')}` : `did you mean "${guess}"?`,
      )
      return []
    }
    const both = typeof value === 'string' ? { soft: value, hard: value } : value
    const limit = (text: string, part: 'soft' | 'hard'): number | null => {
      const number = text === 'unlimited' ? -1 : parseInteger(text)
      if (number === null || number < -1) {
        error(
          typeof value === 'string' ? path : [...path, part],
          'value',
          `${show(text)} is no limit`,
          'write a number, or -1 for unlimited',
        )
        return 0
      }
      return number === -1 ? null : number
    }
    const soft = limit(both.soft, 'soft')
    const hard = typeof value === 'string' ? soft : limit(both.hard, 'hard')
    if (above(soft, hard))
      error(path, 'value', 'the soft limit is above the hard one', 'lower the soft limit')
    if (name === 'nofile' && hard === null) {
      error(
        path,
        'value',
        'the number of open files cannot be unlimited',
        'write a number up to fs.nr_open, e.g. 1048576',
      )
    } else if (!host.capabilities.includes('CAP_SYS_RESOURCE') && above(hard, host.rlimits[name] ?? null)) {
      error(
        path,
        'host',
        `the hard limit here is ${host.rlimits[name]}`,
        'ask for less: raising it needs CAP_SYS_RESOURCE',
      )
    }
    return [{ name, soft, hard }]
  })
}

/** null is unlimited. */
function above(one: number | null, other: number | null): boolean {
  return other !== null && (one === null || one > other)
}

const names =
  'as core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack'.split(
    ' ',
  )
