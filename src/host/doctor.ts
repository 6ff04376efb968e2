import { cgroupChecks } from './doctor-cgroup.ts'
import { kernelChecks } from './doctor-kernel.ts'
import { toolChecks } from './doctor-tools.ts'
import { userChecks } from './doctor-user.ts'
import type { Host } from './host.ts'

/** One thing that boxes uses: is it here, and if not, what then. */
export interface Finding {
  readonly group: 'user' | 'tools' | 'kernel' | 'cgroup'
  readonly what: string
  readonly ok: boolean
  /** What was found: a path and a version, a mount point; empty when there is nothing to say. */
  readonly found: string
  /** What is lost without it. */
  readonly cost: string
  /** What boxes uses instead; empty: nothing, a spec that needs it is refused. */
  readonly fallback: string
  /** Package that brings it; empty when no package does. */
  readonly package: string
  /** How else it is had: a kernel parameter, a sysctl, a unit's setting; empty when the package is all. */
  readonly remedy: string
}

/** One finding for each thing that boxes uses, in a fixed order, those that are in order too. */
export const diagnose = (host: Host): readonly Finding[] => [
  ...userChecks(host),
  ...toolChecks(host),
  ...kernelChecks(host),
  ...cgroupChecks(host),
]
