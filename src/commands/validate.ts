import { Args, Command } from '@oclif/core'
import { realIo } from '../cli/io.ts'
import { validate } from '../cli/validate.ts'

export default class Validate extends Command {
  static override summary = 'Check specs: all errors at once, each with its place.'
  static override examples = [
    '<%= config.bin %> validate web.yaml',
    '<%= config.bin %> validate specs/*.yaml',
  ]
  static override strict = false
  static override args = {
    spec: Args.string({ required: true, description: 'YAML specs; - reads standard input' }),
  }

  async run(): Promise<void> {
    const { argv } = await this.parse(Validate)
    process.exitCode = await validate(realIo(), argv as string[])
  }
}
