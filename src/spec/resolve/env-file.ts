/**
 * The lines of an env file: `NAME=VALUE`, `NAME` (null: the caller's value), `#` comments, `export` allowed.
 * Quotes around a whole value are taken off; in double quotes `\n \r \t \" \\ \$` are read. `$` stays as it is.
 */
export function parseEnvFile(text: string): Entry[] {
  return text.split(/\r?\n/).flatMap((raw, index): Entry[] => {
    const line = raw.replace(/^\ufeff/, '').replace(/^[ \t]*(export[ \t]+)?/, '')
    if (line === '' || line.startsWith('#')) return []
    const cut = line.indexOf('=')
    const name = (cut < 0 ? line : line.slice(0, cut)).replace(/[ \t]+$/, '')
    if (name === '') return [{ line: index + 1, error: 'the name of the variable is missing' }]
    if (/[ \t\0]/.test(name)) return [{ line: index + 1, error: 'the name of the variable holds a space' }]
    if (cut < 0) return [{ name, value: null }]
    const value = unquote(line.slice(cut + 1).replace(/^[ \t]+/, ''))
    return value === null ? [{ line: index + 1, error: 'the quote is not closed' }] : [{ name, value }]
  })
}

export type Entry =
  | { readonly name: string; readonly value: string | null }
  | { readonly line: number; readonly error: string }

function unquote(text: string): string | null {
  const single = /^'([^']*)'[ \t]*(#.*)?$/.exec(text)
  if (single !== null) return single[1] as string
  const double = /^"((?:[^"\\]|\\.)*)"[ \t]*(#.*)?$/.exec(text)
  if (double !== null)
    return (double[1] as string).replace(/\\([nrt"\\$])/g, (_, char: string) => escapes[char] ?? char)
  if (/^['"]/.test(text)) return null
  return text.replace(/(^|[ \t]+)#.*$/, '').replace(/[ \t]+$/, '')
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
