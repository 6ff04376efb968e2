import { type Diagnostic, visible } from './diagnostic.ts'

/**
 * Diagnostics as people read them:
 * `file:line:column: error: message`, the source line, carets below the place, and `help: remedy`.
 */
export function printDiagnostics(file: string, text: string, diagnostics: readonly Diagnostic[]): string {
  const lines = text.split(/\r\n|\n|\r/)
  const sorted = [...diagnostics].sort((a, b) => a.line - b.line || a.column - b.column)
  const shown = sorted.slice(0, most).map((one) => printOne(file, lines[one.line - 1], one))
  if (sorted.length > most) shown.push(`${visible(file)}: and ${sorted.length - most} more errors\n`)
  return shown.join('\n')
}

function printOne(file: string, line: string | undefined, one: Diagnostic): string {
  const about = one.path === '' ? '' : `${one.path}: `
  const out = [`${visible(file)}:${one.line}:${one.column}: error: ${about}${one.message}`]
  if (line !== undefined && line.trim() !== '') out.push(...excerpt(line, one))
  if (one.remedy !== '') out.push(`  help: ${one.remedy}`)
  return `${out.join('\n')}\n`
}

/** The part of the line around the place, and carets under it. */
function excerpt(line: string, { line: number, column, length }: Diagnostic): string[] {
  const from = column > width - 20 ? column - 40 : 0
  // Columns this far are counted in code units: see positions.ts.
  const chars = column > 10000 ? line.slice(0, from + width * 2).split('') : [...line.slice(0, 20000)]
  const part = chars.slice(from, from + width).map(blank)
  const start = Math.min(column - 1 - from, part.length)
  const carets = Math.max(1, Math.min(length, part.length - start))
  const margin = `${number}`.padStart(5)
  const dots = from > 0 ? '…' : ''
  const more = line.length > from + width ? '…' : ''
  return [
    `${margin} | ${dots}${part.join('').trimEnd()}${more}`,
    `      | ${' '.repeat(start + dots.length)}${'^'.repeat(carets)}`,
  ]
}

/** One column for each, and nothing a terminal would act on. */
function blank(char: string): string {
  return /[\p{C}\p{Zl}\p{Zp}\t]/u.test(char) ? ' ' : char
}

const width = 110
const most = 50
