import { Args, Command } from '@oclif/core'
import { inspect } from '../cli/inspect.ts'
import { realIo } from '../cli/io.ts'

export default class Inspect extends Command {
  static override summary = 'Tell all there is to know of boxes, as a JSON array.'
  static override description =
    'The resolved box, its state, pid, exit status, whether it ran out of memory, control groups, and inode numbers of its namespaces.'
  static override examples = [
    '<%= config.bin %> inspect web',
    "<%= config.bin %> inspect web | jq '.[0].namespaces'",
  ]
  static override strict = false
  static override args = { name: Args.string({ required: true, description: 'boxes to inspect' }) }

  async run(): Promise<void> {
    const { argv } = await this.parse(Inspect)
    process.exitCode = await inspect(realIo(), argv as string[])
  }
}
