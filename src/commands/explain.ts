import { Args, Command } from '@oclif/core'
import { explain } from '../cli/explain.ts'
import { realIo } from '../cli/io.ts'

export default class Explain extends Command {
  static override summary = 'Explain the steps of a plan.'
  static override description =
    'What each does and which spec field asked for it, the kernel feature and manual page behind it, what would be lost without it, and the docker flag it corresponds to.'
  static override examples = [
    '<%= config.bin %> explain web.yaml',
    '<%= config.bin %> explain web.yaml pivot-root',
  ]
  static override args = {
    spec: Args.string({ required: true, description: 'a YAML spec; - reads standard input' }),
    step: Args.string({ description: 'one step by its number (see plan --summary), or all of a kind' }),
  }

  async run(): Promise<void> {
    const { args } = await this.parse(Explain)
    process.exitCode = await explain(realIo(), args)
  }
}
