import type { Namespaces } from '../box.ts'
import { show } from '../diagnostic.ts'
import type { Context } from './context.ts'
import { pairsOf } from './pairs.ts'

/** Kernel parameters; only those that a namespace of the box holds, never one of the host. */
export function resolveSysctls(context: Context, namespaces: Namespaces): [string, string][] {
  return pairsOf(context, 'sysctls').flatMap(({ name, value, path }): [string, string][] => {
    const wrong = (code: 'value' | 'conflict', message: string, remedy: string): [] => {
      context.error(path, code, message, remedy)
      return []
    }
    if (value === null) return wrong('value', `${show(name)} has no value`, 'write NAME=VALUE')
    if (/[\n\0]/.test(value))
      return wrong('value', `the value of ${show(name)} is more than a line`, 'write one line')
    if (!/^[a-z0-9_]+(\.[A-Za-z0-9_-]+)+$/.test(name))
      return wrong('value', `${show(name)} is no sysctl`, 'e.g. net.ipv4.ip_forward')
    if (name === 'kernel.hostname' || name === 'kernel.domainname') {
      return wrong('conflict', `${name} is a field of its own`, `use \`${name.slice(7)}\``)
    }
    const [field, kind] = ownerOf(name)
    if (kind === null)
      return wrong(
        'value',
        `${show(name)} belongs to no namespace: it would change the host`,
        'set it on the host',
      )
    if (namespaces[kind].mode !== 'private') {
      return wrong('conflict', `${name} needs a namespace of its own`, `remove it, or \`${field}\``)
    }
    return [[name, value]]
  })
}

function ownerOf(name: string): ['ipc' | 'network_mode', 'ipc' | 'network' | null] {
  if (ipc.test(name)) return ['ipc', 'ipc']
  return ['network_mode', name.startsWith('net.') ? 'network' : null]
}

// ipc_namespaces(7)
const ipc = /^(kernel\.(shmmax|shmall|shmmni|msgmax|msgmnb|msgmni|sem|shm_rmid_forced)|fs\.mqueue\.[a-z_]+)$/
