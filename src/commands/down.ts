import { Args, Command } from '@oclif/core'
import { downAll } from '../cli/down.ts'
import { realIo } from '../cli/io.ts'
import { graceFlag } from './grace-flag.ts'

export default class Down extends Command {
  static override summary = 'Stop boxes and remove every trace of them.'
  static override description =
    'In whatever state a box is, also after a crash or a reboot; happy if there is nothing.'
  static override examples = ['<%= config.bin %> down web', '<%= config.bin %> down specs/hello.yaml']
  static override strict = false
  static override args = { name: Args.string({ required: true, description: 'boxes, by name or by spec' }) }
  static override flags = { time: graceFlag }

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Down)
    process.exitCode = await downAll(realIo(), argv as string[], flags.time)
  }
}
