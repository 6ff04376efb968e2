import { Args, Command, Flags } from '@oclif/core'
import { realIo } from '../cli/io.ts'
import { logs } from '../cli/logs.ts'

export default class Logs extends Command {
  static override summary = 'Print what a detached box has written.'
  static override description =
    'Kept are the last 10 to 20 MiB of its standard output and standard error, of this run and, up to 10 MiB, of the one before.'
  static override examples = ['<%= config.bin %> logs web', '<%= config.bin %> logs -f -n 20 web']
  static override args = { name: Args.string({ required: true, description: 'a box' }) }
  static override flags = {
    follow: Flags.boolean({ char: 'f', description: 'go on until the box ends' }),
    tail: Flags.string({ char: 'n', helpValue: 'LINES', description: 'only the last lines' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs)
    process.exitCode = await logs(realIo(), args.name, flags)
  }
}
