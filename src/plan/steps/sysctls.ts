import type { Box } from '../../spec/box.ts'
import type { About, Step } from '../plan.ts'

export const about: About = {
  does: "Sets kernel parameters that belong to the box's network and IPC namespaces, before anything of the image is mounted.",
  kernel: '/proc/sys, per namespace',
  man: 'sysctl(8), Documentation/admin-guide/sysctl/',
  without: "The box would keep the kernel's defaults.",
  docker: '--sysctl',
}

/** Through the host's own /proc: no image can put a false one there (CVE-2019-16884). */
export function sysctls(box: Box): Step[] {
  return box.process.sysctls.map(([name, value]) => ({
    kind: 'sysctls',
    title: `Set ${name}`,
    why: `sysctls.${name}`,
    where: 'init',
    run: [{ write: `/proc/sys/${path(name)}`, lines: [value] }],
    undo: [],
  }))
}

/** As sysctl(8): the separator that comes first is the one that separates, the other is part of a name (eth0.1). */
function path(name: string): string {
  return name.indexOf('/') >= 0 && name.indexOf('/') < (name.indexOf('.') + 1 || name.length)
    ? name
    : name.replace(/[./]/g, (char) => (char === '.' ? '/' : '.'))
}
