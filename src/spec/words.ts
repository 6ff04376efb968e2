/**
 * Split a command line into words as a POSIX shell does (quotes and backslashes), with nothing expanded:
 * `$`, `*`, `;`, `|`, `#` and `~` are plain text, as in compose.
 */
export function splitWords(line: string): { words: string[] } | { error: string } {
  const words: string[] = []
  let word: string | null = null
  let at = 0
  while (at < line.length) {
    const char = line[at] as string
    if (char === "'") {
      const end = line.indexOf("'", at + 1)
      if (end < 0) return { error: 'a single quote is not closed' }
      word = (word ?? '') + line.slice(at + 1, end)
      at = end + 1
    } else if (char === '"') {
      const quoted = readDouble(line, at + 1)
      if (quoted === null) return { error: 'a double quote is not closed' }
      word = (word ?? '') + quoted.text
      at = quoted.end
    } else if (char === '\\') {
      if (at + 1 >= line.length) return { error: 'it ends with a backslash that quotes nothing' }
      if (line[at + 1] !== '\n') word = (word ?? '') + line[at + 1]
      at += 2
    } else if (char === ' ' || char === '\t' || char === '\n') {
      if (word !== null) words.push(word)
      word = null
      at++
    } else {
      word = (word ?? '') + char
      at++
    }
  }
  if (word !== null) words.push(word)
  return { words }
}

/** Inside double quotes a backslash quotes only `$`, backquote, `"`, itself and a newline. */
function readDouble(line: string, start: number): { text: string; end: number } | null {
  let text = ''
  for (let at = start; at < line.length; at++) {
    const char = line[at] as string
    if (char === '"') return { text, end: at + 1 }
    const next = line[at + 1]
    if (char === '\\' && next !== undefined && '$`"\\\n'.includes(next)) {
      if (next !== '\n') text += next
      at++
    } else {
      text += char
    }
  }
  return null
}
