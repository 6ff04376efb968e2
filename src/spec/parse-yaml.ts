import { Composer, type Document, Lexer, type ParsedNode, Parser } from 'yaml'
import { type Diagnostic, diagnostic, fileStart, type Position } from './diagnostic.ts'

/**
 * One YAML 1.2 document, or every syntax error. Size, depth and number of tokens are bounded before anything
 * recursive runs: deep nesting overflows the composer's stack (CVE-2026-33532).
 */
export function parseYaml(text: string, place: Place): { document: Yaml } | { errors: Diagnostic[] } {
  const errors: Diagnostic[] = []
  const error = (code: 'yaml' | 'limit', message: string, remedy: string, at: Position): void => {
    errors.push(diagnostic(code, message, remedy, [], at))
  }
  try {
    if (Buffer.byteLength(text) > maxBytes) {
      error(
        'limit',
        'the file is larger than 1 MiB',
        'a spec is a small file: is this the right one?',
        fileStart,
      )
      return { errors }
    }
    const control = badCharacter.exec(text)
    if (control !== null) {
      error(
        'yaml',
        'a control character in the text',
        'write it as an escape in double quotes: "\\e"',
        place(control.index, control.index + 1),
      )
      return { errors }
    }
    const parser = new Parser()
    const tokens = []
    let lexemes = 0
    for (const lexeme of new Lexer().lex(text)) {
      for (const token of parser.next(lexeme)) tokens.push(token)
      if (parser.stack.length > maxDepth + 2) {
        const here = place(parser.offset, parser.offset + 1)
        error(
          'limit',
          `nested more than ${maxDepth} levels deep`,
          'no field of a spec is nested that deep',
          here,
        )
        return { errors }
      }
      if (++lexemes > maxLexemes) {
        const here = place(parser.offset, parser.offset + 1)
        error('limit', 'too many values in one file', 'a spec is a small file: is this the right one?', here)
        return { errors }
      }
    }
    for (const token of parser.end()) tokens.push(token)
    const documents = [
      ...new Composer({ uniqueKeys: false, merge: false }).compose(tokens, true, text.length),
    ]
    const [document, second] = documents as Yaml[]
    if (document === undefined)
      return { errors: [...errors, diagnostic('yaml', 'the file is empty', '', [], fileStart)] }
    for (const problem of [...document.errors, ...document.warnings].slice(0, 100)) {
      error('yaml', plainMessage(problem.message), remedies[problem.code] ?? '', place(...problem.pos))
    }
    if (second !== undefined) {
      const start = second.range[0]
      error(
        'yaml',
        'a second document in the file',
        'put each box in a file of its own',
        place(start, start + 1),
      )
    }
    const { explicit, version } = document.directives.yaml
    if (explicit === true && version !== '1.2') {
      error('yaml', `YAML ${version} is not read`, 'remove the %YAML line: a spec is YAML 1.2', fileStart)
    }
    return errors.length > 0 ? { errors } : { document }
  } catch (problem) {
    const message = problem instanceof Error ? problem.message : String(problem)
    return {
      errors: [diagnostic('yaml', `the file cannot be parsed: ${message}`, 'make it simpler', [], fileStart)],
    }
  }
}

export type Yaml = Document.Parsed<ParsedNode>
export type Place = (start: number, end: number) => Position

/** Levels of maps and lists in one value, aliases followed. */
export const maxDepth = 64
const maxBytes = 1048576
const maxLexemes = 100000
// YAML 1.2, 5.1: what may not stand in a file, NUL among it.
const badCharacter = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0080-\u0084\u0086-\u009f\ufffe\uffff]/

function plainMessage(message: string): string {
  const line = message.split('\n')[0] ?? ''
  return line.charAt(0).toLowerCase() + line.slice(1)
}

const remedies: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'align it with the lines around it',
  TAG_RESOLVE_FAILED: 'remove the tag: a spec needs none',
  MULTIPLE_DOCS: 'put each box in a file of its own',
  BLOCK_AS_IMPLICIT_KEY: 'a value that holds ": " needs quotes',
  BAD_SCALAR_START: 'put the value in quotes',
  MISSING_CHAR: 'close the quote or bracket',
  UNEXPECTED_TOKEN: 'put the value in quotes',
}
