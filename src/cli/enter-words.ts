import { Problem } from './problem.ts'

/** The words of `boxes enter`: options before NAME are the program's, all that follows NAME is the command. */
export interface EnterWords {
  readonly name: string
  readonly options: readonly string[]
  readonly command: readonly string[]
}

/** The same reading as in bin/boxes, which spares Node; this one is for boxes that are not there. */
export function enterWords(argv: readonly string[]): EnterWords {
  const options: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    const long = /^--(env|user|workdir)=(.*)$/s.exec(word)
    const short = /^-([euw])(.+)$/s.exec(word)
    const joined = long ?? short
    if (joined) options.push(`-${joined[1]?.[0]}`, joined[2] ?? '')
    else if (/^(-[euw]|--env|--user|--workdir)$/.test(word)) {
      const value = argv[++index]
      if (value === undefined) throw usage(`enter ${word} takes a value`)
      options.push(word, value)
    } else if (/^(-[tTi]|-it|-ti|--tty|--no-tty|--interactive)$/.test(word)) options.push(word)
    else if (word.startsWith('-')) throw usage(`enter takes no ${word}`)
    else {
      const rest = argv.slice(index + 1)
      return { name: word, options, command: rest[0] === '--' ? rest.slice(1) : rest }
    }
  }
  throw usage('enter needs the name of a box')
}

const usage = (message: string): Problem => new Problem(message, { remedy: 'boxes enter --help', status: 2 })
