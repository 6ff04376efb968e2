import { Args, Command } from '@oclif/core'
import { realIo } from '../cli/io.ts'
import { stop } from '../cli/stop.ts'
import { graceFlag } from './grace-flag.ts'

export default class Stop extends Command {
  static override summary = 'Stop boxes: stop signal, grace period, SIGKILL.'
  static override description =
    'What a box has written stays, for the next `boxes up`; `boxes down` removes it.'
  static override examples = ['<%= config.bin %> stop web', '<%= config.bin %> stop -t 3 web db']
  static override strict = false
  static override args = { name: Args.string({ required: true, description: 'boxes to stop' }) }
  static override flags = { time: graceFlag }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Stop)
    process.exitCode = await stop(realIo(), argv as string[], flags.time)
  }
}
