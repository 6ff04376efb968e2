import type { Host } from '../host/host.ts'
import { packFilter } from '../seccomp/print.ts'
import { quote } from '../shell/quote.ts'
import type { Box } from '../spec/box.ts'
import { filterOf } from './filter.ts'
import type { Command } from './plan.ts'
import { run } from './refs.ts'

/** What the launcher without perl reads: the environment, as shell, and the filter as setpriv takes it. */
export function launcherFiles(box: Box, host: Host): Command[] {
  const exported = box.process.environment.map(([name, value]) => `export ${name}=${quote(value)}`)
  const compiled = filterOf(box, host)
  return [
    { write: [run, '/environment'], lines: exported },
    ...(compiled === null ? [] : [{ bytes: [run, '/filter'], octal: octal(packFilter(compiled.filter)) }]),
  ]
}

/** A word for each instruction, as `%b` of printf reads it. */
function octal(bytes: Uint8Array): string[] {
  const text = [...bytes].map((byte) => `\\0${byte.toString(8).padStart(3, '0')}`)
  return text.flatMap((_, index) => (index % 8 === 0 ? [text.slice(index, index + 8).join('')] : []))
}
