import { Errors, run } from '@oclif/core'
import { Problem, tell } from './cli/problem.ts'
import Doctor from './commands/doctor.ts'
import Down from './commands/down.ts'
import Enter from './commands/enter.ts'
import Explain from './commands/explain.ts'
import Inspect from './commands/inspect.ts'
import Logs from './commands/logs.ts'
import Plan from './commands/plan.ts'
import Ps from './commands/ps.ts'
import Status from './commands/status.ts'
import Stop from './commands/stop.ts'
import Up from './commands/up.ts'
import Validate from './commands/validate.ts'

/** Bundled to dist/oclif.js, which package.json names: oclif finds its commands here. */
export const commands = {
  doctor: Doctor,
  down: Down,
  enter: Enter,
  explain: Explain,
  inspect: Inspect,
  logs: Logs,
  plan: Plan,
  ps: Ps,
  status: Status,
  stop: Stop,
  up: Up,
  validate: Validate,
}

/** Runs a command, or prints help. Exit status 2 for a call that no command understands. */
export async function start(argv: string[], root: string): Promise<void> {
  try {
    await run(argv, root)
  } catch (error) {
    if (error instanceof Errors.ExitError) process.exit(error.oclif.exit)
    const told = tell(error instanceof Errors.CLIError ? usage(argv[0] ?? '', error) : error)
    process.stderr.write(told.text)
    process.exitCode = told.status
  }
}

function usage(verb: string, { message }: Error): Problem {
  const known = verb in commands || ['exec', 'shell'].includes(verb)
  const [first = '', ...more] = message.split('\n').filter((line) => !line.startsWith('See more help'))
  const text = known ? [first, ...more].join('\n') : `there is no command ${JSON.stringify(verb)}`
  return new Problem(text, {
    remedy: known ? `boxes ${verb} --help` : (instead[verb] ?? 'boxes --help'),
    status: 2,
  })
}

/** What people of other tools type first. */
const instead: Readonly<Record<string, string>> = {
  help: 'boxes --help, boxes up --help, …',
  kill: 'boxes stop -t 0 NAME',
  list: 'boxes ps',
  ls: 'boxes ps',
  restart: 'boxes stop NAME, then boxes up SPEC',
  rm: 'boxes down NAME',
  run: 'boxes up SPEC',
  start: 'boxes up SPEC',
}
