import type { Namespaces } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Context } from './context.ts'

/** Host and domain name; null where the UTS namespace is not the box's own. */
export function resolveHostname(
  { spec, error }: Context,
  name: string,
  { uts }: Namespaces,
): { hostname: string | null; domainname: string | null } {
  for (const field of ['hostname', 'domainname'] as const) {
    const text = spec[field]
    if (text === undefined) continue
    if (uts.mode !== 'private')
      error([field], 'conflict', 'the UTS namespace is not its own', 'remove it, or `uts`')
    if (!isHostname(text)) {
      error(
        [field],
        'value',
        `${show(text)} is no ${field}`,
        'write 1 to 64 of A-Z a-z 0-9 . - ; no label begins or ends with -',
      )
    }
  }
  if (uts.mode !== 'private') return { hostname: null, domainname: null }
  return { hostname: spec.hostname ?? fromName(name), domainname: spec.domainname ?? null }
}

/** The name of a box may hold what a host name may not. */
function fromName(name: string): string {
  const close = name
    .replace(/_/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')
    .replace(/-*\.[-.]*/g, '.')
  return isHostname(close) ? close : 'box'
}

// The kernel takes 64 bytes (uname(2)); the grammar is that of RFC 1123.
function isHostname(text: string): boolean {
  return (
    text.length <= 64 &&
    text.split('.').every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label))
  )
}
