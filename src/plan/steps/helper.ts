import type { Host } from '../../host/host.ts'
import type { Box } from '../../spec/box.ts'
import { helper as file } from '../inside.ts'
import type { About, Step } from '../plan.ts'

export const about: About = {
  does: "Copies the host's static busybox into the box's own /dev, to mount and to launch in there what the tools of util-linux do from outside.",
  kernel: 'none; nsenter(1) enters the mount namespace, then starts the copy',
  man: 'nsenter(1)',
  without:
    "Nothing of the host's could run in the box's mount namespace, and the image may hold no tool, or a hostile one. It is a copy: who overwrites it harms the box alone (CVE-2019-5736).",
  docker: 'runc runs a sealed copy of itself',
}

/** It stays, for enter; it goes with the mount of /dev. */
export function helper(box: Box, { tools }: Host): Step[] {
  if (box.launcher !== 'busybox') return []
  // The working directory is the root to be.
  const copy = file.slice(1)
  return [
    {
      kind: 'helper',
      title: "Copy the host's busybox into /dev",
      why: 'always',
      where: 'furnish',
      run: [
        { run: ['mkdir', '-m', '755', copy.replace(/\/[^/]*$/, '')] },
        { run: ['cp', tools.busybox?.path ?? 'busybox', copy] },
        { run: ['chmod', '755', copy] },
      ],
      undo: [],
    },
  ]
}
