import { printCommand } from '../../shell/command.ts'
import { quote } from '../../shell/quote.ts'
import type { Command, Plan, Step, Where } from '../plan.ts'
import frame from './frame.sh'
import { parts as partsOf } from './parts.ts'
import { reached } from './reached.ts'

/** The program of a plan: POSIX shell, complete, the same text for the same plan. */
export function printProgram(plan: Plan): string {
  const { box, steps } = plan
  const { texts, shells } = partsOf(plan)
  const at = (where: Where) => steps.filter((step) => step.where === where)
  const own = [
    functionOf('prepare', 'On the host, before anything of the box runs.', at('host')),
    functionOf('confine', 'The control group.', at('confine')),
    functionOf('enter_scope', 'The control group, where systemd makes it.', at('scope')),
    functionOf('build_root', "In the furnisher: the box's mount namespace, before the pivot.", at('furnish')),
    functionOf('join', 'Into the cgroup and the namespaces; ends as the monitor.', at('join')),
    functionOf('become', 'In PID 1: the rest of the box; ends as its command.', at('init')),
    functionOf(
      'viewing',
      'The view that a further process runs from, if the monitor that kept one is gone.',
      at('view'),
    ),
    functionOf('entering', 'A further process in the running box.', at('enter')),
    undoOf(steps),
    dispatch,
  ].join('\n\n')
  const parts = [
    header(plan),
    Object.entries(plan.constants)
      .map(([name, value]) => `${name}=${quote(value)}`)
      .join('\n'),
    box.launcher === 'busybox' ? itself : `${itself}\n${otherShell}`,
    ...texts.map(([name, text]) => `${name}=${quote(`\n${text}`)}`),
    reached([frame, ...shells], own),
    '# ---- This box ---------------------------------------------------------------------------------',
    own,
    `#box ${JSON.stringify(box)}`,
  ]
  return `${parts.join('\n\n')}\n`
}

function header({ box }: Plan): string {
  return [
    '#!/bin/sh',
    `# The box ${box.name}, from ${printable(box.source.path)} (sha256 ${box.source.sha256})`,
    '# usage: sh PROGRAM up [-d] [--rm] | enter [-e NAME=VALUE] [-u USER] [-w DIR] [-t|-T] [COMMAND...] |',
    '#        stop [-t SECONDS] | down [-t SECONDS] | status | logs [-f] [-n N]',
    '# exit status: 125 boxes itself, 126 the command cannot run, 127 it is not there, 128+n signal n, else its own',
    ...box.notes.map((note) => `# note: ${printable(note)}`),
    '# shellcheck disable=SC2016,SC2034,SC2209,SC2317 # perl and spec text stand in single quotes; functions and variables may be a few too many',
    'set -eu',
    'umask 077',
    // An ordinary user's path, and cron's, have neither pivot_root nor ip.
    'export LC_ALL=C PATH="${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin"',
    'unset PERL5OPT PERL5LIB PERLLIB PERL5DB PERLIO PERL_UNICODE CDPATH',
  ].join('\n')
}

/** A comment ends at a newline, so none may come from a spec. */
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f\u2028\u2029]/g, '?')
}

const itself = `case $0 in /*) self=$0 ;; *) self=$PWD/$0 ;; esac
{ read -r boot_id </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot_id=unknown
trace=\${BOXES_TRACE-}`

const otherShell = `# Debian's busybox runs its own unshare and mount before any program; they cannot do what is needed here.
if PATH=/dev/null command -v unshare >/dev/null; then
  for shell in /bin/dash /bin/bash; do [ ! -x "$shell" ] || exec "$shell" \${trace:+"$trace"} "$self" "$@"; done
  printf 'boxes: %s: this shell puts its own unshare and mount before those of util-linux\\n' "$name" >&2
  printf '  help: run the program with another shell, such as dash or bash\\n' >&2
  exit 125
fi`

const dispatch = `case \${1-} in
  up | enter | stop | down | status | logs | furnish | hold | spawn | monitor | into | alone) verb=$1; shift; "$verb" "$@" ;;
  *)
    printf 'usage: %s up | enter | stop | down | status | logs\\n' "$0" >&2
    exit 2
    ;;
esac
exit`

function functionOf(name: string, purpose: string, steps: readonly Step[]): string {
  const body = steps.flatMap(({ title, why, run }) => [`  step ${quote(title)} ${quote(why)}`, ...print(run)])
  return [`# ${purpose}`, `${name}() {`, ...(body.length > 0 ? body : ['  :']), '}'].join('\n')
}

/** In reverse; each harmless if the thing is not there, and none kept back by another that fails. */
function undoOf(steps: readonly Step[]): string {
  const body = [...steps].reverse().flatMap(({ undo }) => print(undo).map((line) => `${line} || left=yes`))
  return [
    '# Takes back what the steps made, last first.',
    'undo() {',
    "  left=''",
    ...body,
    '  [ -z "$left" ]',
    '}',
  ].join('\n')
}

function print(commands: readonly Command[]): string[] {
  return commands.flatMap((command) => printCommand(command, '  '))
}
