/**
 * Replace `$VAR` and `${VAR}` with their forms `:-` `-` `:?` `?` `:+` `+`, as compose does; `$$` is one dollar.
 * A variable that is not set and has no default is an error: an empty value would be a silent surprise.
 */
export function interpolate(text: string, env: Env): { text: string } | { error: string; remedy: string } {
  if (!text.includes('$')) return { text }
  try {
    return { text: expand(text, env, 0) }
  } catch (problem) {
    if (problem instanceof Problem) return { error: problem.message, remedy: problem.remedy }
    throw problem
  }
}

export type Env = Readonly<Record<string, string | undefined>>

function expand(text: string, env: Env, depth: number): string {
  if (depth > 16) throw new Problem('variables are nested too deeply', 'use fewer defaults within defaults')
  let out = ''
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0) return out + text.slice(at)
    out += text.slice(at, dollar)
    const rest = text.slice(dollar + 1, dollar + 258)
    const name = /^[A-Za-z_][A-Za-z0-9_]{0,255}/.exec(rest)?.[0]
    if (rest.startsWith('$')) {
      out += '$'
      at = dollar + 2
    } else if (name !== undefined) {
      out += lookUp(name, env)
      at = dollar + 1 + name.length
    } else if (rest.startsWith('{')) {
      const end = closing(text, dollar + 2)
      if (end < 0) throw new Problem('"${" is not closed', 'add "}", or write "$$" for a dollar sign')
      out += substitute(text.slice(dollar + 2, end), env, depth)
      at = end + 1
    } else {
      throw new Problem('a "$" is not followed by a variable', 'write "$$" for a dollar sign')
    }
    if (out.length > longest) throw new Problem('the value is longer than 1 MiB', 'use a shorter variable')
  }
  return out
}

function substitute(inner: string, env: Env, depth: number): string {
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([\s\S]*))?$/.exec(inner)
  if (match === null) {
    throw new Problem(
      '"${…}" does not hold a variable',
      'use ${NAME} or ${NAME:-default}, or "$$" for a dollar sign',
    )
  }
  const [, name = '', operator, word = ''] = match
  if (operator === undefined) return lookUp(name, env)
  const value = get(name, env)
  const there = value !== undefined && (operator.length === 1 || value !== '')
  if (operator.endsWith('+')) return there ? expand(word, env, depth + 1) : ''
  if (there) return value
  if (operator.endsWith('-')) return expand(word, env, depth + 1)
  const message = expand(word, env, depth + 1)
  throw new Problem(
    `variable ${name} is required${message === '' ? '' : `: ${message}`}`,
    `set ${name} in the environment`,
  )
}

function lookUp(name: string, env: Env): string {
  const value = get(name, env)
  if (value !== undefined) return value
  throw new Problem(
    `variable ${name} is not set`,
    `set it, give a default with \${${name}:-default}, or write "$$" for a dollar sign`,
  )
}

function get(name: string, env: Env): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined
}

/** Where the `}` is that ends a `${` whose inside starts at `start`; -1 if there is none. */
function closing(text: string, start: number): number {
  let open = 1
  for (let at = start; at < text.length; at++) {
    if (text[at] === '$' && (text[at + 1] === '$' || text[at + 1] === '{')) {
      if (text[at + 1] === '{') open++
      at++
    } else if (text[at] === '}' && --open === 0) {
      return at
    }
  }
  return -1
}

class Problem extends Error {
  readonly remedy: string
  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}

const longest = 1048576
