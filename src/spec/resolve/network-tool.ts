import { uselessness } from '../../host/ordinary.ts'
import type { Box } from '../box.ts'
import type { Spec } from '../spec.ts'
import type { Context } from './context.ts'

const tools = ['pasta', 'slirp4netns'] as const

/** The process that connects the box's own network with that of the host; null: nothing does. */
export function networkTool({ network_mode: mode }: Spec): Box['network']['tool'] {
  return tools.find((tool) => tool === mode) ?? null
}

/** Whether packets of the box may come to such a process: its own, or that of a network which it joins. */
export function mayBeConnected({ spec, host }: Pick<Context, 'spec' | 'host'>): boolean {
  return !host.root && !['none', 'host'].includes(spec.network_mode ?? 'none')
}

/** Capabilities with which a process sends what it likes: packets to 127.0.0.1, too, which the tools hand to the host's loopback. */
const forging = ['CAP_NET_ADMIN', 'CAP_NET_RAW']

export function resolveNetworkTool(
  context: Context,
  capabilities: readonly string[],
): Box['network']['tool'] {
  const { spec, host, error, note } = context
  const tool = networkTool(spec)
  if (tool !== null && host.root)
    error(
      ['network_mode'],
      'unsupported',
      `${tool} is for boxes of an ordinary user: it would connect to others as root`,
      'run boxes as an ordinary user, or use none, host, box:NAME or an absolute path',
    )
  // One that is not there is told with all other tools.
  const useless = tool === null || host.root || !(tool in host.tools) ? null : uselessness(host, tool)
  if (useless !== null)
    error(['network_mode'], 'host', `${tool} cannot connect the box: ${useless.why}`, useless.remedy)
  const forger = forging.filter((name) => capabilities.includes(name))
  if (mayBeConnected(context) && forger.length > 0)
    note(
      `network_mode: with ${forger.join(' and ')} a process of the box can reach what listens on the host's loopback: ${tool ?? 'pasta or slirp4netns, if one connects that network,'} hands on packets to 127.0.0.1`,
    )
  return tool
}
