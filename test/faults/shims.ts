import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { run, type World } from '../harness/index.ts'

const tools =
  'cat cgcreate cgexec cgset chmod chown cp find flock fuse-overlayfs grep head ip mkdir mkfifo mount mv newgidmap newuidmap nsenter perl pivot_root readlink rm rmdir script sha256sum sh sleep tar umount unshare wc'.split(
    ' ',
  )

/**
 * A directory, first in PATH, of programs that count their starts in a file and do something at the k-th: fail, or kill.
 * The count is one line for each start, appended at once, so it holds for parallel ones too.
 */
export async function makeShims(here: World, counts: string) {
  const directory = `${here.directory}/shims`
  const log = `${counts}/starts`
  mkdirSync(directory, { recursive: true })
  for (const tool of tools) {
    const { stdout, status } = await run(['sh', '-c', `command -v ${tool}`])
    if (status !== 0) continue
    writeFileSync(`${directory}/${tool}`, shim(tool, stdout.trim(), log))
    chmodSync(`${directory}/${tool}`, 0o755)
  }
  const starts = () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').filter(Boolean) : [])
  const reset = () => {
    writeFileSync(log, '')
    // Whoever makes the boxes counts.
    chmodSync(log, 0o666)
    rmSync(`${log}.disturbed`, { force: true })
  }
  /** The tool whose start was disturbed. Of two that start at once both may count too far: then none. */
  const disturbed = () =>
    existsSync(`${log}.disturbed`) ? readFileSync(`${log}.disturbed`, 'utf8').trim() : null
  const env = (at: number, action: string, victim = '') => ({
    ...here.env,
    PATH: `${directory}:${process.env.PATH}`,
    SHIM_AT: `${at}`,
    SHIM_ACTION: action,
    SHIM_VICTIM: victim,
  })
  return { starts, reset, disturbed, env }
}

/** A file system of its own, since the read-only view lets nobody write to that of the tools. Before `world()`; returns its undo. */
export function mountCounts(): { readonly counts: string; readonly unmount: () => void } {
  const counts = mkdtempSync('/tmp/boxes-counts-')
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'mode=777', 'counts', counts]).status !== 0)
    throw new Error('no tmpfs')
  const unmount = () => {
    spawnSync('umount', ['-l', counts])
    rmdirSync(counts)
  }
  return { counts, unmount }
}

/** It must not fork, as a first child would be PID 1 of the new pid namespace. The real interpreter by path: the shim of sh must not start itself. Undo must work, so only one start is disturbed. */
function shim(tool: string, path: string, log: string): string {
  return `#!/bin/dash
printf '%s\\n' '${tool}' >>'${log}'
n=0
while read -r _; do n=$((n + 1)); done <'${log}'
if [ "\${SHIM_AT:-0}" -gt 0 ] && [ "$n" -ge "$SHIM_AT" ] && [ ! -e '${log}.disturbed' ]; then
  printf '%s\\n' '${tool}' >'${log}.disturbed'
  case $SHIM_ACTION in
    fail) echo '${tool}: it fails' >&2; exit 1 ;;
    kill) { read -r victim _ <"$SHIM_VICTIM"; kill -KILL "$victim"; } 2>/dev/null ;;
    signal) { read -r victim _ <"\${SHIM_VICTIM#*:}"; kill -"\${SHIM_VICTIM%%:*}" "$victim"; } 2>/dev/null ;;
    # A part of the program; never the test that starts it, nor who adopts an orphan.
    parent) read -r line <"/proc/$PPID/cmdline" || :; case $line in sh*/tmp/boxes-test-* | perl-e) kill -KILL "$PPID" ;; esac ;;
    self) kill -KILL "$$" ;;
  esac
fi
exec ${path} "$@"
`
}
