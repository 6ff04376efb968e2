import { readFileSync } from 'node:fs'

/**
 * Hands signals that we get to a child, until the answer is called; they end us no more. The terminal's own Ctrl-C has
 * reached the child already, as it is in our process group: a second one would be one too many.
 */
export function passSignals(pass: (signal: NodeJS.Signals) => void): () => void {
  const typed = inForeground()
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const listener = () => (signal === 'SIGINT' && typed ? undefined : pass(signal))
    process.on(signal, listener)
    return () => process.off(signal, listener)
  })
  return () => {
    for (const off of listeners) off()
  }
}

/** True when our process group is the one that the controlling terminal sends its signals to: proc(5), pgrp and tpgid. */
function inForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const [, , pgrp, , , tpgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return pgrp === tpgid
}
