import { Args, Command, Flags } from '@oclif/core'
import { enter } from '../cli/enter.ts'
import { realIo } from '../cli/io.ts'

export default class Enter extends Command {
  static override summary = 'Run a command in a running box, confined as its own.'
  static override description = `Options stand before NAME; everything after NAME is the command, untouched.
Without a command: the shell of the box's user, else /bin/sh.`
  static override usage = '<%= command.id %> [-e NAME=VALUE] [-u USER] [-w DIR] [-t|-T] NAME [COMMAND...]'
  static override aliases = ['exec', 'shell']
  static override examples = [
    '<%= config.bin %> enter web',
    '<%= config.bin %> enter web ls -la /srv',
    '<%= config.bin %> enter -u nobody -w /tmp -e LANG=C web -- env',
  ]
  static override strict = false
  static override args = {
    name: Args.string({ required: true, description: 'a running box' }),
    command: Args.string({ description: 'a program of the box and its arguments' }),
  }
  static override flags = {
    env: Flags.string({
      char: 'e',
      multiple: true,
      helpValue: 'NAME=VALUE',
      description: 'one more environment variable',
    }),
    user: Flags.string({
      char: 'u',
      helpValue: 'USER',
      description: 'user, or user:group, of the box; names or numbers',
    }),
    workdir: Flags.string({ char: 'w', helpValue: 'DIR', description: 'directory to start in' }),
    tty: Flags.boolean({ char: 't', description: 'a terminal of its own (the default when on one)' }),
    'no-tty': Flags.boolean({ char: 'T', description: 'no terminal' }),
    interactive: Flags.boolean({ char: 'i', description: 'no effect: standard input is always passed on' }),
  }

  async run(): Promise<void> {
    process.exitCode = await enter(realIo(), this.argv)
  }
}
