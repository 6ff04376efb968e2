import { spawnSync } from 'node:child_process'
import { everyStart } from '../faults/steps.ts'
import { anna, busyboxRoot } from '../harness/index.ts'

// Each time the archive is unpacked anew, with owners that she may map but is not.
everyStart('anna', {
  more: (here) => {
    const owned = busyboxRoot(`${here.directory}/owned`)
    const script = `chown -R 1001:1001 ${owned}/home/app; chmod 700 ${owned}/home/app; tar -cf ${owned}.tar -C ${owned} .; chown ${anna} ${owned}.tar`
    spawnSync('sh', ['-c', script])
    return { rootfs: `${owned}.tar` }
  },
  fresh: (here) => spawnSync('rm', ['-rf', `${here.root}/roots`]),
})
