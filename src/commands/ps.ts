import { Command, Flags } from '@oclif/core'
import { realIo } from '../cli/io.ts'
import { ps } from '../cli/ps.ts'

export default class Ps extends Command {
  static override summary = 'List your boxes, those that have ended too.'
  static override examples = [
    '<%= config.bin %> ps',
    '<%= config.bin %> ps --format json',
    '<%= config.bin %> ps -q',
  ]
  static override flags = {
    all: Flags.boolean({ char: 'a', description: 'no effect: all boxes are always listed' }),
    format: Flags.string({ options: ['table', 'json'], default: 'table', description: 'how to print them' }),
    quiet: Flags.boolean({ char: 'q', description: 'only names' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Ps)
    process.exitCode = await ps(realIo(), flags)
  }
}
