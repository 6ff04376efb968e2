import { Args, Command, Flags } from '@oclif/core'
import { realIo } from '../cli/io.ts'
import { up } from '../cli/up.ts'

export default class Up extends Command {
  static override summary = 'Make the box that a spec means and run its command.'
  static override description =
    `In the foreground the box has this terminal's streams, Ctrl-C and SIGTERM stop it, and the exit status is the command's.
Exit status 125: boxes itself; 126: the command cannot run; 127: it is not there; 128+n: ended by signal n.`
  static override examples = ['<%= config.bin %> up specs/hello.yaml', '<%= config.bin %> up -d web.yaml']
  static override args = {
    spec: Args.string({ required: true, description: 'a YAML spec; - reads standard input' }),
  }
  static override flags = {
    detach: Flags.boolean({ char: 'd', description: 'return when the box runs, and print its name' }),
    rm: Flags.boolean({ description: 'remove every trace of the box when it ends' }),
    verbose: Flags.boolean({ description: 'show each command as it runs' }),
    strict: Flags.boolean({ description: 'refuse where the machine would honour the spec only in part' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Up)
    process.exitCode = await up(realIo(), args, flags)
  }
}
