import type { Box } from '../box.ts'
import { show } from '../diagnostic.ts'
import { isAddress } from './address.ts'
import { type Context, each } from './context.ts'
import { resolveNetworkTool } from './network-tool.ts'
import { pairsOf } from './pairs.ts'

/** The lines of /etc/hosts, those of /etc/resolv.conf (null: those of the host), and what connects the box. */
export function resolveNetwork(
  context: Context,
  hostname: string | null,
  capabilities: readonly string[],
): Box['network'] {
  const own = hostname === null ? [] : [`127.0.1.1\t${hostname}`]
  return {
    hosts: [...standard, ...own, ...hosts(context)],
    resolvConf: resolvConf(context),
    tool: resolveNetworkTool(context, capabilities),
  }
}

function hosts(context: Context): string[] {
  return pairsOf(context, 'extra_hosts', /[:=]/).flatMap(({ name, value, path }) => {
    const address = (value ?? '').replace(/^\[(.*)\]$/, '$1')
    if (!isDomain(name)) context.error(path, 'value', `${show(name)} is no host name`, 'write NAME:ADDRESS')
    else if (address === 'host-gateway') {
      context.error(path, 'unsupported', 'host-gateway is not supported yet', 'write the address')
    } else if (!isAddress(address))
      context.error(path, 'value', `${show(address)} is no IP address`, 'write NAME:ADDRESS')
    else return [`${address}\t${name}`]
    return []
  })
}

function resolvConf(context: Context): string[] | null {
  const { spec, error, note } = context
  const { dns, dns_search, dns_opt } = spec
  if (dns === undefined && dns_search === undefined && dns_opt === undefined) return null
  const servers = each(dns, 'dns')
  const search = each(dns_search, 'dns_search')
  const options = each(dns_opt, 'dns_opt')
  for (const [server, path] of servers) {
    if (!isAddress(server))
      error(path, 'value', `${show(server)} is no IP address`, 'name the address of a name server')
  }
  for (const [domain, path] of search) {
    if (!isDomain(domain) && domain !== '.')
      error(path, 'value', `${show(domain)} is no domain`, 'e.g. example.com')
  }
  for (const [option, path] of options) {
    if (!/^[a-z0-9-]+(:\d+)?$/.test(option))
      error(path, 'value', `${show(option)} is no option`, 'see resolv.conf(5)')
  }
  if (servers.length === 0) {
    const field = dns_search === undefined ? 'dns_opt' : 'dns_search'
    error(
      [field],
      'conflict',
      'there is no dns beside it',
      "name the servers in dns: the host's file is used whole or not at all",
    )
  }
  if (servers.length > 3) note('dns: the C library asks the first three name servers only')
  return [
    ...servers.map(([server]) => `nameserver ${server}`),
    ...(search.length > 0 ? [`search ${search.map(([domain]) => domain).join(' ')}`] : []),
    ...(options.length > 0 ? [`options ${options.map(([option]) => option).join(' ')}`] : []),
  ]
}

// As docker writes them.
const standard = [
  '127.0.0.1\tlocalhost',
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::\tip6-localnet',
  'ff00::\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
]

/** Underscores are no part of a host name, but common in practice. */
function isDomain(text: string): boolean {
  return (
    text.length <= 253 &&
    /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,62})(\.[A-Za-z0-9_][A-Za-z0-9_-]{0,62})*\.?$/.test(text)
  )
}
