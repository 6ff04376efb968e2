import { Command, Flags } from '@oclif/core'
import { doctor } from '../cli/doctor.ts'
import { realIo } from '../cli/io.ts'

export default class Doctor extends Command {
  static override summary = 'Tell what this machine has, and what each missing thing costs.'
  static override description =
    'For what is missing: what is lost, what boxes uses instead, and the package that brings the real one.'
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --json >this-machine.json',
  ]
  static override flags = {
    json: Flags.boolean({ description: 'the facts themselves, for `boxes plan --host`' }),
    'no-color': Flags.boolean({ description: 'no colours, on a terminal either' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor)
    process.exitCode = await doctor(realIo(), flags)
  }
}
