import { Args, Command, Flags } from '@oclif/core'
import { realIo } from '../cli/io.ts'
import { plan } from '../cli/plan.ts'

export default class Plan extends Command {
  static override summary = 'Print the shell program that a spec means.'
  static override description =
    'The text is what `boxes up` runs, to the byte: `boxes plan web.yaml >web.sh; sh web.sh up` needs no Node.'
  static override examples = [
    '<%= config.bin %> plan specs/hello.yaml',
    '<%= config.bin %> plan web.yaml --summary',
    '<%= config.bin %> plan web.yaml --host debian13.json',
  ]
  static override args = {
    spec: Args.string({ required: true, description: 'a YAML spec; - reads standard input' }),
  }
  static override flags = {
    json: Flags.boolean({ description: 'the plan as data, with the version of its schema' }),
    summary: Flags.boolean({
      description: 'one line a step, with the spec field that asked for it',
      exclusive: ['json'],
    }),
    host: Flags.string({
      helpValue: 'FILE',
      description: 'plan for the machine whose facts `boxes doctor --json` wrote',
    }),
    strict: Flags.boolean({ description: 'refuse where the machine would honour the spec only in part' }),
    'no-color': Flags.boolean({ description: 'no colours, on a terminal either' }),
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Plan)
    process.exitCode = await plan(realIo(), args, flags)
  }
}
