import type { Command, Word } from '../plan/plan.ts'
import { printWord } from './word.ts'

const width = 110

/** A command as lines of POSIX shell, indented by `indent`. */
export function printCommand(command: Command, indent: string): string[] {
  return lines(command).map((line) => indent + line)
}

function lines(command: Command): string[] {
  if ('run' in command) return run(command)
  if ('call' in command) return fold([command.call, ...command.args.map(printWord)], '')
  if ('write' in command) return write(command)
  if ('bytes' in command)
    return fold(['printf', '%b', ...command.octal.map(printWord)], ` >${printWord(command.bytes)}`)
  if ('capture' in command) return [`${command.capture}=$(${command.from.map(printWord).join(' ')})`]
  if ('open' in command)
    return [
      `exec ${command.open}${'from' in command ? `<${printWord(command.from)}` : `>${printWord(command.to)}`}`,
    ]
  if ('set' in command) return [`${command.set}=${printWord(command.to)}`]
  if ('assert' in command)
    return [
      `${test(command.assert)} ||`,
      `  die 125 ${printWord(command.message)} ${printWord(command.remedy)}`,
    ]
  if ('when' in command) return when(command)
  if ('note' in command) return command.note.split('\n').map((line) => `# ${line}`)
  return [`wait "$${command.wait}"`]
}

function run(command: Extract<Command, { run: unknown }>): string[] {
  const words = command.run.map(printWord)
  if (command.exec) words.unshift('exec')
  if (command.background) return [...fold(words, ' &'), `${command.background}=$!`]
  return fold(words, '')
}

function write(command: Extract<Command, { write: unknown }>): string[] {
  const words = ['printf', `'%s${command.end ?? '\\n'}'`, ...command.lines.map(printWord)]
  return fold(words, ` ${command.append ? '>>' : '>'}${printWord(command.write)}`)
}

function when(command: Extract<Command, { when: unknown }>): string[] {
  const body = (list: readonly Command[]) => list.flatMap((one) => printCommand(one, '  '))
  const otherwise = command.otherwise ? ['else', ...body(command.otherwise)] : []
  return [`if ${test(command.when)}; then`, ...body(command.do), ...otherwise, 'fi']
}

function test(words: readonly Word[]): string {
  return `[ ${words.map((word) => (word === '!' || word === '=' || word === '!=' ? word : printWord(word))).join(' ')} ]`
}

/** One line where it fits, else one word or option a line. */
function fold(words: readonly string[], end: string): string[] {
  const one = words.join(' ') + end
  if (one.length <= width && !one.includes('\n')) return [one]
  const rows: string[] = []
  for (const word of words) {
    const last = rows.at(-1)
    const limit = rows.length === 0 ? width : width - 2
    if (
      last !== undefined &&
      !last.includes('\n') &&
      !word.includes('\n') &&
      last.length + word.length < limit
    )
      rows[rows.length - 1] = `${last} ${word}`
    else rows.push(rows.length === 0 ? word : `  ${word}`)
  }
  return rows.map((row, index) => (index === rows.length - 1 ? row + end : `${row} \\`))
}
