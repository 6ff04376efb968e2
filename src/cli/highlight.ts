import { Chalk } from 'chalk'

/** A program in colours for a terminal. Its text stays as it is, but for control characters, which a terminal would obey. */
export function highlight(program: string): string {
  return program.replace(token, (text, ...groups) => {
    const { comment, heading, quoted, variable, word, control } = groups.at(-1) as Partial<
      Record<string, string>
    >
    if (comment !== undefined) return eachLine(comment, chalk.dim)
    if (heading !== undefined) return eachLine(heading, chalk.bold.cyan)
    if (quoted !== undefined) return eachLine(quoted.replace(controls, shown), chalk.green)
    if (variable !== undefined) return chalk.yellow(variable)
    if (word !== undefined) return chalk.magenta(word)
    return control === undefined ? text : shown(control)
  })
}

const chalk = new Chalk({ level: 1 })

/** A pager or a resized terminal cuts at lines: no colour reaches over a line's end. */
const eachLine = (text: string, paint: (line: string) => string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? line : paint(line)))
    .join('\n')

const shown = (char: string): string => chalk.inverse(`^${String.fromCharCode(char.charCodeAt(0) ^ 64)}`)

const controls = /[\x00-\x08\x0b-\x1f\x7f]/g

const token = new RegExp(
  [
    /(?<comment>(?<=^|\s)#.*)/,
    /(?<heading>(?<=^\s*)step '(?:[^']|'\\'')*')/,
    /(?<quoted>'[^']*'|"(?:\\[\s\S]|[^"\\])*")/,
    /(?<variable>\$(?:\w+|\{[^}\n]*\}|[#?@*$!-]))/,
    /(?<word>(?<=^|[\s;(|&])(?:if|then|elif|else|fi|case|esac|for|while|do|done|in|exec|trap|return|exit|local|set|unset|export|shift)(?=$|[\s;)]))/,
    /(?<control>[\x00-\x08\x0b-\x1f\x7f])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
)
