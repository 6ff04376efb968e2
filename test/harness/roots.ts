import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { worlds } from './inventory.ts'

/** A root file system of busybox and its applets, with a few users; nothing else. It is made anew in `directory`. */
export function busyboxRoot(directory = mkdtempSync(`${worlds}root-`), owner = 0): string {
  for (const name of ['bin', 'etc', 'tmp', 'root', 'home/app'])
    mkdirSync(`${directory}/${name}`, { recursive: true })
  chmodSync(directory, 0o755)
  chmodSync(`${directory}/tmp`, 0o1777)
  copyFileSync(busybox, `${directory}/bin/busybox`)
  const { stdout } = spawnSync(busybox, ['--list'], { encoding: 'utf8' })
  for (const applet of stdout.trim().split('\n'))
    if (applet === 'sh' || applet === 'ls') linkSync(`${directory}/bin/busybox`, `${directory}/bin/${applet}`)
    else if (applet !== 'busybox') symlinkSync('busybox', `${directory}/bin/${applet}`)
  writeFileSync(`${directory}/etc/passwd`, passwd)
  writeFileSync(`${directory}/etc/group`, group)
  if (owner !== 0) spawnSync('chown', ['-R', `${owner}:${owner}`, directory])
  return directory
}

/** One static program, `/sleep`, and not a thing beside it: no shell, no /etc, no mount targets. */
export function distrolessRoot(directory = mkdtempSync(`${worlds}root-`)): string {
  chmodSync(directory, 0o755)
  copyFileSync(busybox, `${directory}/sleep`)
  return directory
}

const busybox = '/bin/busybox'
const passwd = `root:x:0:0:root:/root:/bin/sh
app:x:1001:1001:app:/home/app:/bin/sh
`
const group = `root:x:0:
app:x:1001:
video:x:44:app
extra:x:2002:
`
