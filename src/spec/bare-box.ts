import type { Host } from '../host/host.ts'
import type { Box } from './box.ts'
import { realInputs } from './inputs.ts'
import type { Env } from './interpolate.ts'
import { printDiagnostics } from './print.ts'
import { readSpec } from './read.ts'
import { resolve } from './resolve.ts'

/** The plainest box of a name (which must follow the grammar): all that derives from the name is as in any other. Its root asks nothing of the host. */
export function bareBox(
  name: string,
  { env, host }: { readonly env: Env; readonly host: Host },
): { readonly box: Box } | { readonly printed: string } {
  const text = `name: ${JSON.stringify(name)}\nrootfs: /usr\ncommand: ['true']\n`
  const read = readSpec({ text, env })
  const result = 'spec' in read ? resolve(read, realInputs('-', text, { env }), host) : read
  return 'box' in result ? { box: result.box } : { printed: printDiagnostics(name, text, result.errors) }
}
