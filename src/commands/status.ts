import { Args, Command } from '@oclif/core'
import { realIo } from '../cli/io.ts'
import { status } from '../cli/status.ts'

export default class Status extends Command {
  static override summary = 'Tell the state of a box in a word.'
  static override description =
    'Prints `running PID` (exit status 0), `starting PID` (0), `exited STATUS` (3) or `absent` (4).'
  static override examples = ['<%= config.bin %> status web']
  static override args = { name: Args.string({ required: true, description: 'a box' }) }

  async run(): Promise<void> {
    const { args } = await this.parse(Status)
    process.exitCode = await status(realIo(), args.name)
  }
}
