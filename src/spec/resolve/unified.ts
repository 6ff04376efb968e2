import type { CgroupFacts } from '../../host/host.ts'
import { show } from '../diagnostic.ts'
import type { Context } from './context.ts'
import { notDelegated } from './controllers.ts'

/** Raw values for files of the v2 group; only files that hold a limit, none that moves or kills processes. */
export function resolveUnified(context: Context): [string, string][] {
  const { spec, host, error } = context
  return Object.entries(spec.resources?.unified ?? {}).map(([file, value]) => {
    const path = ['resources', 'unified', file]
    const controller = file.split('.')[0] ?? ''
    if (!/^[a-z]+(\.[A-Za-z0-9_]+)+$/.test(file) || (controller === 'cgroup' && !core.includes(file))) {
      error(
        path,
        'value',
        `${show(file)} is no file that holds a limit`,
        'e.g. memory.high; see cgroup-v2.rst',
      )
    } else if (!host.root && isMissing(host.cgroup, controller)) {
      notDelegated(context, path, controller)
    } else if (host.cgroup.v2 === null) {
      error(
        path,
        'host',
        'this host has no cgroup v2',
        'boot with systemd.unified_cgroup_hierarchy=1, or remove it',
      )
    } else if (controller !== 'cgroup' && !host.cgroup.v2Controllers.includes(controller)) {
      error(
        path,
        'host',
        `the controller "${controller}" is not in the v2 tree`,
        `it has: ${there(host.cgroup.v2Controllers)}`,
      )
    } else if (!host.cgroup.files.includes(file)) {
      error(path, 'host', `this kernel has no ${file}`, 'check its name, or remove it')
    }
    return [file, value]
  })
}

function isMissing({ v2, v2Controllers }: CgroupFacts, controller: string): boolean {
  return v2 === null || (controller !== 'cgroup' && !v2Controllers.includes(controller))
}

function there(controllers: readonly string[]): string {
  return controllers.length === 0 ? 'none' : controllers.join(', ')
}

const core = ['cgroup.max.descendants', 'cgroup.max.depth']
