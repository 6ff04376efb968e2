import { Flags } from '@oclif/core'

/** `-t SECONDS`, as stop and down take it; the program judges the number. */
export const graceFlag = Flags.string({
  char: 't',
  helpValue: 'SECONDS',
  description: "grace period, instead of the spec's",
})
