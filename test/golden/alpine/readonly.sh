#!/bin/sh
# The box readonly, from specs/readonly.yaml (sha256 0000000000000000000000000000000000000000000000000000000000000000)
# usage: sh PROGRAM up [-d] [--rm] | enter [-e NAME=VALUE] [-u USER] [-w DIR] [-t|-T] [COMMAND...] |
#        stop [-t SECONDS] | down [-t SECONDS] | status | logs [-f] [-n N]
# exit status: 125 boxes itself, 126 the command cannot run, 127 it is not there, 128+n signal n, else its own
# note: launcher: without perl a process of the box has the session keyring of its caller, its name is its path, and one that cannot be executed ends with 1
# note: launcher: without perl the users of the root file system are not looked up: HOME is /root or /, and there are no further groups
# note: launcher: what enter has started outlives an enter that is killed, but for what capsh starts as root
# note: launcher: the command begins with SIGINT and SIGQUIT ignored: env of coreutils would mend that
# shellcheck disable=SC2016,SC2034,SC2209,SC2317 # perl and spec text stand in single quotes; functions and variables may be a few too many
set -eu
umask 077
export LC_ALL=C PATH="${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin"
unset PERL5OPT PERL5LIB PERLLIB PERL5DB PERLIO PERL_UNICODE CDPATH

name=readonly
run_root=/run/boxes
run=/run/boxes/readonly
data_root=/var/lib/boxes
data=/var/lib/boxes/boxes/readonly
roots=/var/lib/boxes/roots
machine=x86_64
caller=0
trees=/sys/fs/cgroup
cgroups=/sys/fs/cgroup/boxes/readonly
beside=''
above=/sys/fs/cgroup/boxes
own_root=yes
launcher=setpriv
pid_namespace=private
propagation=slave
tty=no
stop_signal=TERM
grace=1000
log_bytes=10485760

case $0 in /*) self=$0 ;; *) self=$PWD/$0 ;; esac
{ read -r boot_id </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot_id=unknown
trace=${BOXES_TRACE-}
# Debian's busybox runs its own unshare and mount before any program; they cannot do what is needed here.
if PATH=/dev/null command -v unshare >/dev/null; then
  for shell in /bin/dash /bin/bash; do [ ! -x "$shell" ] || exec "$shell" ${trace:+"$trace"} "$self" "$@"; done
  printf 'boxes: %s: this shell puts its own unshare and mount before those of util-linux\n' "$name" >&2
  printf '  help: run the program with another shell, such as dash or bash\n' >&2
  exit 125
fi

# ---- What every program shares -------------------------------------------------------------------
# Descriptors: 3 progress (when asked)  4 status, written  5 status, kept open  6 status, read
#              7 the furnisher's leash  8 records or standard input  9 lock or exit status

at='' why='' detach=no monitor='' peer='' pid='' job='' leash=no keep_layer=no locks=0
# A step of the plan begins: its title, and the spec field that asked for it.
step() {
  at=$1 why=$2
  [ -z "${BOXES_PROGRESS-}" ] || printf '%s\t%s\n' "$1" "$2" >&3
}

# die STATUS MESSAGE [REMEDY]
die() {
  printf 'boxes: %s: %s\n' "$name" "$2" >&2
  [ -z "${3-}" ] || printf '  help: %s\n' "$3" >&2
  at=''
  exit "$1"
}

# The word for a step that did not succeed; the tool has said its own above.
blame() {
  case $at:$why in
    :*) ;;
    *:always) printf 'boxes: %s: failed at "%s"\n' "$name" "$at" >&2 ;;
    *) printf 'boxes: %s: failed at "%s" (asked for by: %s)\n' "$name" "$at" "$why" >&2 ;;
  esac
  at=''
}

# identify PID: sets $started, its start time in clock ticks since boot, and $parent; fails when it is gone or a zombie.
identify() {
  { read -r started <"/proc/$1/stat"; } 2>/dev/null || return 1
  started=${started##*) }
  case $started in Z* | X*) return 1 ;; esac
  # shellcheck disable=SC2086 # fields of a kernel file, split on purpose
  set -- $started
  parent=$2
  shift 19
  started=$1
}

# alive FILE: sets $pid when the process that FILE names still is that process: pid, start time and boot agree. And $keeper,
# its monitor, if it is the first of a box.
alive() {
  { read -r pid born boot keeper <"$1"; } 2>/dev/null || return 1
  [ "$boot" = "$boot_id" ] && identify "$pid" && [ "$started" = "$born" ]
}

# What lies in the run root says which process is a box's. Below /tmp anybody may have been there first.
own_run_root() {
  if [ ! -e "$run_root" ] && [ ! -h "$run_root" ]; then return 0; fi
  { [ -d "$run_root" ] && [ -O "$run_root" ] && [ ! -h "$run_root" ]; } ||
    die 125 "$run_root belongs to somebody else, or is a link" 'set BOXES_RUN to a directory of your own'
}

# An ordinary user may have been told of directories that are another's, or of none at all (su and sudo, a home that is not there).
make_places() {
  mkdir -p "$@" || die 125 'there is no place to keep boxes in: see above' 'set BOXES_RUN and BOXES_ROOT to directories of your own'
}

# Sets $state from the kernel, never from belief: running, starting, exited or absent.
look() {
  own_run_root
  state=absent
  [ ! -d "$data" ] || state=exited
  if [ -e "$1/started" ] && alive "$1/init"; then state=running
  elif [ ! -e "$1/started" ] && alive "$1/owner"; then state=starting
  elif alive "$1/init"; then state=running
  elif [ -e "$1" ]; then state=exited
  fi
}

# The first move between groups for a while waits 6 to 14 ms for an RCU grace period (cgroup_threadgroup_rwsem). One that
# is made early, by a process that ends at once, lets that wait pass beside other work.
hasten() {
  [ -n "$trees" ] || return 0
  { printf '0\n' >"${trees%% *}/cgroup.procs"; } 2>/dev/null &
}

# peer NAME: sets $peer to the pid of another running box, whose namespaces are joined.
peer() {
  look "$run_root/$1"
  [ "$state" = running ] || die 125 "the box $1, whose namespace is to be joined, is not running" 'start it first: boxes up -d SPEC; boxes ps lists those that run'
  peer=$pid
}

# no_tracer PEER [REMEDY]: nobody in the pid namespace that is joined may trace (CAP_SYS_PTRACE, 19): while this box starts, its processes
# there still have the host in reach. Who has CAP_SYS_ADMIN (21), too, has that anyway.
no_tracer() {
  tracer=''
  for place in /proc/[0-9]*; do
    # shellcheck disable=SC3013 # -ef: POSIX since 2024; dash, busybox ash and bash have it
    if [ "$place/ns/pid" -ef "/proc/$1/ns/pid" ] && [ "$place/ns/user" -ef /proc/self/ns/user ]; then
      while read -r key value; do
        [ "$key" != CapBnd: ] || [ "$((0x$value >> 19 & 5))" -ne 1 ] || tracer=${place#/proc/}
      done 2>/dev/null <"$place/status" || :
    fi
  done
  [ -z "$tracer" ] ||
    die 125 "pid: process $tracer, in the namespace that is to be joined, has CAP_SYS_PTRACE: it could look at the host through this box" \
      "${2:-let the box with that capability join, after this one}"
}

# ---- What steps call -----------------------------------------------------------------------------

# The text that is running is kept for every later verb; `up` waits for the copy only at its end.
keep_program() {
  copier=''
  [ "$self" != "$data/program" ] || return 0
  cp -- "$self" "$data/program" &
  copier=$!
}

# The writable layer belongs to the root that it was begun on.
same_lower() {
  read -r lower <"$data/lower"
  [ "$lower" = "$1" ] || die 125 "its writable layer lies on another root: $lower" "boxes down $name removes that layer"
}

remove_directories() {
  if [ "$keep_layer" = yes ]; then erase "$run"; else erase "$run" "$data"; fi
}

erase() { rm -rf -- "$@"; }

# The box's groups, then the common parents if they are empty. A group is busy for a moment after its last process has
# gone, and a box may have made groups below its own.
remove_groups() {
  tries=0
  while :; do
    set --
    for group in $cgroups $beside; do [ ! -d "$group" ] || set -- "$@" "$group"; done
    [ $# -gt 0 ] || break
    # One that was on its way into the group when the others were killed has come since.
    [ "$tries" -eq 0 ] || slay
    [ "$tries" -lt 2 ] || find "$@" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null || :
    lock
    # shellcheck disable=SC2086 # paths without blanks
    rmdir "$@" $above 2>/dev/null || :
    unlock
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { printf 'boxes: %s: busy: %s\n' "$name" "$*" >&2; return 1; }
    [ "$tries" -eq 1 ] || sleep 0.02
  done
  end_scope
}

end_scope() { :; }

# Without dns of its own a box has a copy of the host's name servers.
copy_resolv_conf() {
  while read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done 2>/dev/null </etc/resolv.conf >"$run/resolv.conf" || : >"$run/resolv.conf"
}

become_root() { exec "$@"; }

# PID 1 may be early: the furnisher says here, too, that the root is there. Or late, and the furnisher is dead: to open the pipe
# for reading alone would wait for ever for one who writes.
root_is_there() {
  [ ! -p "$run/rooted" ] || exec 7<>"$run/rooted"
  exec 6<"$run/rooted"
  exec 7>&-
  read -r word <&6 || { at=''; exit 125; }
  exec 6<&-
}

# mask PATH MOUNT...: a file by the box's own /dev/null, a directory by an empty tmpfs.
mask() {
  path=$1
  shift
  "$@" --bind /dev/null "$path" 2>/dev/null ||
    "$@" -t tmpfs -o ro,size=0,nosuid,nodev,noexec tmpfs "$path" 2>/dev/null ||
    die 125 "maskedPaths: $path is not in the root file system" 'remove it, or correct the path'
}

# read_only PATH MOUNT...: in two steps, since the second repeats what the mount there refuses (nodev, noexec); one alone would take that.
read_only() {
  path=$1
  shift
  case $path in /proc/* | /sys/*) flags=ro,nosuid,nodev,noexec ;; *) flags=ro ;; esac
  { "$@" --rbind "$path" "$path" && "$@" --options-source mtab -o "remount,bind,$flags" "$path"; } ||
    die 125 "readonlyPaths: $path could not be made read-only: see above" 'correct the path'
}

# The lock of all boxes. Held for moments only; it goes with the process that holds it.
lock() {
  [ "$locks" -gt 0 ] || acquire
  locks=$((locks + 1))
}
unlock() {
  locks=$((locks - 1))
  [ "$locks" -gt 0 ] || release
}

# Nothing is written on a machine that this program was not made for: group files would become plain ones.
this_machine() {
  { read -r here </proc/sys/kernel/arch; } 2>/dev/null || here=$machine
  for tree in $trees; do [ -e "$tree/cgroup.procs" ] || here="one without the control groups $tree"; done
  [ "$here" = "$machine" ] ||
    die 125 "this program is for another machine ($machine; this one is $here)" \
      'boxes plan --host FILE compiles it, with FILE from boxes doctor --json on this machine'
}

# The name is claimed under a lock, so that of two `up` one wins and the other changes nothing.
claim() {
  while read -r key _ id _; do [ "$key" != Uid: ] || break; done </proc/self/status
  [ "$id" = "$caller" ] || die 125 "this program makes boxes of user $caller, and this is user $id" 'run it as that user, or plan again as this one'
  own_run_root
  if [ ! -d "$run_root" ] || [ ! -d "$data_root/boxes" ] || [ ! -d "$roots" ]; then make_places "$run_root" "$data_root/boxes" "$roots"; fi
  lock
  look "$run"
  case $state in
    running | starting) die 125 "a box of this name is $state" "boxes down $name, or give the spec another name" ;;
  esac
  [ ! -e "$data" ] || keep_layer=yes
  [ ! -e "$run" ] || sweep
  trap leave EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mkdir "$run"
  identify "$$"
  printf '%s %s %s\n' "$$" "$started" "$boot_id" >"$run/owner"
  unlock
}

# Nobody in a frozen group ends, not even by SIGKILL on cgroup v1.
thaw() {
  # A group of systemd's may go at any moment, with its last process.
  for group in $cgroups; do
    [ ! -e "$group/freezer.state" ] || printf 'THAWED\n' >"$group/freezer.state" || :
    [ ! -e "$group/cgroup.freeze" ] || printf '0\n' >"$group/cgroup.freeze" || :
  done 2>/dev/null
}

# Ends whatever runs in the box, at once: its PID 1 takes the rest of a pid namespace along; the cgroup holds the others.
slay() {
  thaw
  rounds=0
  while :; do
    left=''
    for group in $cgroups; do [ ! -e "$group/cgroup.kill" ] || printf '1\n' >"$group/cgroup.kill" || :; done 2>/dev/null
    if alive "$run/init"; then left=$pid; kill -KILL "$pid" 2>/dev/null || :; fi
    for group in $cgroups; do
      [ -e "$group/cgroup.procs" ] || continue
      while read -r pid; do
        # To kill 0 is to kill the group of this shell; the kernel writes it for who is in an outer pid namespace.
        [ "$pid" -gt 0 ] || continue
        left=$pid
        kill -KILL "$pid" || :
      done <"$group/cgroup.procs" || :
    done 2>/dev/null
    [ -n "$left" ] || break
    rounds=$((rounds + 1))
    [ "$rounds" -lt 200 ] || die 125 "process $left does not end" "see /proc/$left/stack for what it waits for, then boxes down $name again"
    sleep 0.02
  done
}

# What a `boxes up` that was killed ran: .NAME.PID in the run root, where no box's name begins with a dot.
drop_copies() {
  for copy in "$run_root/.$name".*; do
    case ${copy#"$run_root/.$name."} in *[!0-9]*) continue ;; esac
    [ -e "/proc/${copy##*.}" ] || rm -f -- "$copy"
  done
}

# Removes what a run made: the box's processes, groups and run state; and its writable layer unless that is kept.
sweep() {
  slay
  undo || die 125 'something of it could not be removed: see above' "boxes down $name removes the rest when that is mended"
}

# When `up` ends before the name is its own, or `enter` before it is in the box: the reason, and nothing is undone.
give_up() {
  status=$?
  trap - EXIT
  [ "$locks" -eq 0 ] || release
  if [ -n "$at" ]; then
    blame
    status=125
  fi
  exit "$status"
}

# When `up` ends before the box runs: first the reason, then the undo of all that was made.
leave() {
  status=$?
  trap '' HUP INT TERM
  trap - EXIT
  set +e
  [ -z "${job-}" ] || kill "$job" 2>/dev/null
  [ "$locks" -eq 0 ] || release
  locks=0
  # The cache of roots is locked by this descriptor, too.
  exec 9>&-
  # It may be in the middle of a line.
  [ -z "${copier-}" ] || wait "$copier" 2>/dev/null
  if [ -n "$at" ]; then
    blame
    [ "$status" -gt 128 ] || status=125
  fi
  [ "$leash" = no ] || exec 7>&-
  # Who may still write in the directories ends first, or their removal would meet something new in them.
  [ "${furnisher:-$$}" = "$$" ] || wait "$furnisher" 2>/dev/null
  [ "$detach" = no ] || [ -z "$monitor" ] || tell
  sweep
  exit "$status"
}

# What a part of a detached box had to say about its failure is in the log, which goes away with it.
tell() {
  slay
  left=50
  while kill -0 "$monitor" 2>/dev/null && [ "$left" -gt 0 ]; do
    sleep 0.02
    left=$((left - 1))
  done
  cat -- "$data/log" >&2
}

up() {
  detach=no remove=no
  while [ $# -gt 0 ]; do
    case $1 in
      -d | --detach) detach=yes ;;
      --rm) remove=yes ;;
      *) die 125 "up takes no $1" 'up [-d] [--rm]' ;;
    esac
    shift
  done
  step 'Claim the name' always
  trap give_up EXIT
  this_machine
  hasten
  claim
  prepare
  : >"$run/exit"
  exec 8<&0
  # The process in whose mount namespace the command will run: that of the caller, or one of its own.
  furnisher=$$
  if [ "$own_root" = yes ]; then
    # Read and write, so that no open waits for a peer that may have died; the end of file tells of a death.
    exec 5<>"$run/status"
    exec 6<"$run/status"
    exec 7<>"$run/go"
    leash=yes
    # Opened here: it must be open before PID 1 asks.
    exec 4<>"$run/rooted"
    become_root unshare --mount --propagation "$propagation" -- sh ${trace:+"$trace"} "$self" furnish 8<&4 4>&5 5>&- 6<&- 7<"$run/go" </dev/null &
    furnisher=$!
    exec 4>&-
  fi
  # Beside the furnisher's work: under the lock, since another box's end may remove the common parent group.
  lock
  umask 022
  confine
  umask 077
  unlock
  exec 5<>"$run/launched"
  start_monitor
  if [ "$own_root" = yes ]; then hear; fi
  exec 6<"$run/launched"
  [ "$tty" = yes ] || exec 5>&-
  step 'Start the command' command
  hear
  exec 5>&-
  if read -r code word <&6 && [ "$code" != ended ]; then die "$code" "$word"; fi
  exec 6<&-
  [ "$launcher" = perl ] || settle
  [ "$leash" = no ] || exec 7>&-
  leash=no
  [ -z "$copier" ] || wait "$copier"
  at=''
  : >"$run/started"
  [ -z "${BOXES_PROGRESS-}" ] || { printf 'running\t\n' >&3; exec 3>&-; }
  if [ "$detach" = yes ]; then
    trap - EXIT HUP INT TERM
    printf '%s\n' "$name"
    return 0
  fi
  attend
}

# Waits for the word of a part of `up`: ok, failed (it has said why), a status and a reason, or its death.
hear() {
  read -r word rest <&6 || word=ended
  case $word in
    ended) die 125 "a part of up ended at \"$at\", without a word of its own" 'see above; if there is nothing, it was killed: dmesg may say why' ;;
    ok) ;;
    failed) at=''; exit 125 ;;
    *) die "$word" "$rest" ;;
  esac
}

# Starts the monitor with the box's standard streams, by exec: those of a call would be gone before its EXIT trap speaks. No terminal goes into a box: what is typed could be forged there
# (TIOCSTI, CVE-2017-5226); a terminal is a new one (script), or is passed on by cat.
start_monitor() {
  export furnisher
  relays='' typist=''
  if [ "$tty" = yes ]; then
    if [ "$detach" = yes ]; then
      mkfifo "$run/keys"
      { trap 'confess 4>&5' EXIT; scoped; trap - EXIT; { exec <>"$run/keys" 2>&1; typescript; } >"$run/said" & record <"$run/said"; } &
    else
      { exec <&8; typescript; } &
    fi
  elif [ "$detach" = yes ]; then
    { trap 'confess 4>&5' EXIT; scoped; trap - EXIT; { exec 4>&5 5</dev/null 6<&- 7>&- 8<&- >"$run/said" 2>&1; spawn; } & record <"$run/said"; } &
  else
    if [ -t 1 ] || [ -t 2 ] || [ -t 8 ]; then relay; else { exec 4>&5 5<&8 6<&- 7>&- 8<&-; spawn; } & fi
  fi
  monitor=$!
}

# script keeps every descriptor that it gets, for as long as the box runs, so the status is opened inside of it. What
# ends before that tells nothing: the last line does then, and it stands for the end of file, which `up` itself keeps off.
typescript() {
  exec 5>&- 6<&- 7>&- 8<&-
  quote "$self"
  line="exec $untie sh ${trace:-} $quoted spawn"
  quote "$run/launched"
  SHELL=/bin/sh script -qefc "exec 4>$quoted; $line" /dev/null || :
  if [ -e "$run/started" ] || [ ! -p "$run/launched" ]; then return 0; fi
  last=ended
  [ -s "$run/exit" ] || last='125 the terminal could not be made, or what runs in it has ended'
  printf '%s\n' "$last" 1<>"$run/launched"
}

relay() {
  mkfifo "$run/in" "$run/out" "$run/err"
  cat <"$run/out" 4>&- 5>&- 6<&- 7>&- 8<&- &
  relays="$relays $!"
  cat <"$run/err" >&2 4>&- 5>&- 6<&- 7>&- 8<&- &
  relays="$relays $!"
  if [ -t 8 ]; then
    cat <&8 >"$run/in" 4>&- 5>&- 6<&- 7>&- 8<&- &
    typist=$!
    exec 8<"$run/in"
  fi
  { exec 4>&5 5<&8 6<&- 7>&- 8<&- >"$run/out" 2>"$run/err"; spawn; } &
}

# The box's output, kept: two files of at most $log_bytes each.
record() {
  exec >/dev/null 2>&1 3>&- 4>&- 5>&- 6<&- 7>&- 8<&- 9>&-
  trap '' HUP INT QUIT TERM
  cd "$data"
  [ ! -s log ] || mv -f log log.1
  while take >log; [ "$(wc -c <log)" -ge "$log_bytes" ]; do mv -f log log.1; done
  # A full disk ends the keeping, never the box: what it still says is let go.
  exec cat
}

# A shell in the box's mount namespace: it mounts the root and pivots, then only waits, so that others can reach the
# namespace through it. Its leash is a pipe: when `up` is done or dead it reads the end of file and goes.
furnish() {
  trap 'confess' EXIT
  build_root
  printf 'ok\n' >&4
  printf 'ok\n' >&8
  exec 3>&- 4>&-
  read -r word <&7 || :
}

# The EXIT trap of a part of `up`: it says why it failed, then tells `up` that it has.
confess() {
  [ "$?" -ne 0 ] || return 0
  blame
  printf 'failed\n' >&4
}

# Keeps a user namespace until the box is in it.
hold() {
  printf 'ok\n' >&4
  exec 3>&- 4>&-
  read -r word <&7 || :
}

# PID 1 of the box, until it becomes the box's command.
init() {
  trap 'confess' EXIT
  become
}

# What systemd makes the box's group of is a process: whoever of the box comes first.
scoped() {
  [ -z "${in_scope-}" ] || return 0
  export in_scope=yes
  enter_scope
}

# Into the box's cgroup and namespaces; what is to be written there later is opened before.
spawn() {
  trap 'confess' EXIT
  scoped
  exec 8>"$run/init" 9>"$run/exit"
  identify self
  spawned=$started
  export spawned
  join
}

# The parent of PID 1: one small shell, in the box's cgroup and namespaces but outside of its pid namespace.
# After PID 1 is gone it cannot fork, so it uses builtins only.
monitor() {
  trap '' HUP INT QUIT TERM
  # A background job's standard input is /dev/null, so it travels as descriptor 5.
  [ "$tty" = no ] || exec 5<&0
  init <&5 5<&- 8>&- 9>&- &
  pid=$!
  # In a time namespace start times read otherwise; that of this process, before and now, tells by how much.
  identify self
  ahead=$((started - spawned))
  identify "$pid" && printf '%s %s %s %s\n' "$pid" "$((started - ahead))" "$boot_id" "$$" >&8
  # The shell's own word about a killed child ("Killed") is nothing that the box has said.
  exec 3>&- 4>&- 5<&- 8>&- </dev/null >/dev/null 2>&1
  status=0
  wait "$pid" || status=$?
  [ "$pid_namespace" = private ] || reap || :
  printf '%s\n' "$status" >&9
  tell_oom >&9
}

# systemd takes the group away with its last process, and with it what it knew.
tell_oom() {
  [ -z "${scope-}" ] || while read -r key count; do
    [ "$key" != oom_kill ] || printf 'oom_kill %s\n' "$count"
  done <"${cgroups%% *}/memory.events" || :
}

# Without a pid namespace of its own the box's other processes outlive the first: the cgroup names them.
reap() {
  first=${cgroups%% *}
  left=yes
  while [ -n "$left" ]; do
    left=''
    while read -r pid; do
      [ "$pid" = "$$" ] || [ "$pid" = 0 ] || ! kill -KILL "$pid" || left=$pid
    done <"$first/cgroup.procs"
  done 2>/dev/null
}

# In the foreground: signals stop the box; its exit status is ours.
attend() {
  # A second signal is for those who do not want to wait.
  trap 'trap "patience=0" HUP INT TERM; halt' HUP INT TERM
  trap - EXIT
  while kill -0 "$monitor" 2>/dev/null; do wait "$monitor" || :; done
  for job in $relays; do wait "$job" || :; done
  [ -z "$typist" ] || kill "$typist" 2>/dev/null || :
  status=''
  { read -r status <"$run/exit"; } 2>/dev/null || :
  [ "$remove" = no ] || down -t 0
  [ -n "$status" ] || die 125 'the exit status is unknown: the box was removed, or its monitor was killed'
  exit "$status"
}

# Stop signal, grace period (in hundredths of a second), SIGKILL; then the monitor has a moment to write the exit status.
halt() {
  alive "$run/init" || return 0
  thaw
  kill -"$stop_signal" "$pid" 2>/dev/null || :
  patience=$grace
  while alive "$run/init" && [ "$patience" -gt 0 ]; do
    sleep 0.05
    patience=$((patience - 5))
  done
  if alive "$run/init"; then kill -KILL "$pid" 2>/dev/null || :; fi
  left=200
  while [ -e "$run" ] && [ ! -s "$run/exit" ] && [ "$left" -gt 0 ]; do
    sleep 0.02
    left=$((left - 2))
  done
}

# -t SECONDS for stop and down
grace_option() {
  while [ $# -gt 0 ]; do
    case $1 in
      -t | --time)
        case ${2-} in '' | *[!0-9]* | ??????*) die 125 "$verb -t ${2-}: not a number of seconds" "$verb [-t SECONDS]" ;; esac
        grace=$(($2 * 100))
        shift
        ;;
      *) die 125 "$verb takes no $1" "$verb [-t SECONDS]" ;;
    esac
    shift
  done
}

stop() {
  grace_option "$@"
  look "$run"
  case $state in
    absent) die 1 'there is no such box' 'boxes ps lists those that are' ;;
    starting) die 1 'the box is still starting' "boxes down $name ends that too" ;;
  esac
  halt
}

# Happy if there is nothing. An `up` that is under way is asked to roll back; one that appears meanwhile is met again.
down() {
  grace_option "$@"
  tries=0
  while :; do
    halted=''
    look "$run"
    case $state in
      running) halted=$pid; halt ;;
      starting)
        kill -TERM "$pid" 2>/dev/null || :
        left=100
        while alive "$run/owner" && [ "$left" -gt 0 ]; do
          sleep 0.05
          left=$((left - 1))
        done
        if alive "$run/owner"; then kill -KILL "$pid" 2>/dev/null || :; fi
        ;;
    esac
    [ -d "$run_root" ] || make_places "$run_root"
    lock
    look "$run"
    case $state in
      # It has outlived SIGKILL: the sweep says which process that is.
      running) [ "$pid" != "$halted" ] || break ;;
      starting) ;;
      *) break ;;
    esac
    unlock
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || die 125 'the box keeps coming back' 'stop what starts it, then try again'
  done
  keep_layer=no
  sweep
  drop_copies
  unlock
}

status() {
  look "$run"
  case $state in
    running | starting) printf '%s %s\n' "$state" "$pid" ;;
    exited)
      code=''
      { read -r code <"$run/exit"; } 2>/dev/null || :
      printf 'exited %s\n' "${code:-unknown}"
      return 3
      ;;
    absent) printf 'absent\n'; return 4 ;;
  esac
}

logs() {
  follow=no lines=''
  while [ $# -gt 0 ]; do
    case $1 in
      -f | --follow) follow=yes ;;
      -n | --tail) lines=${2:?boxes: -n takes a number of lines}; shift ;;
      -n*) lines=${1#-n} ;;
      *) die 125 "logs takes no $1" 'logs [-f] [-n N]' ;;
    esac
    shift
  done
  case $lines in all) lines='' ;; *[!0-9]*) die 125 "logs -n $lines: not a number of lines" ;; esac
  [ -d "$data" ] || die 1 'there is no such box' 'boxes ps lists those that are'
  [ -e "$data/log" ] || die 1 'its output is not kept: it runs in the foreground' 'up -d keeps the output'
  if [ "$follow" = no ]; then
    if [ -e "$data/log.1" ]; then set -- "$data/log.1" "$data/log"; else set -- "$data/log"; fi
    if [ -z "$lines" ]; then exec cat -- "$@"; fi
    cat -- "$@" | tail -n "$lines"
    return
  fi
  if [ -z "$lines" ]; then
    [ ! -e "$data/log.1" ] || cat -- "$data/log.1"
    lines=+1
  fi
  # Of a box that is not running all is there already.
  if alive "$run/init"; then follow "$lines"; fi
  exec tail -n "$lines" -- "$data/log" 2>/dev/null
}

# quote TEXT: sets $quoted to one word of shell.
quote() {
  text=$1 quoted=''
  while :; do
    case $text in
      *\'*) quoted="$quoted${text%%\'*}'\\''" text=${text#*\'} ;;
      *) break ;;
    esac
  done
  quoted="'$quoted$text'"
}

# The launcher needs nothing of the caller's environment, and a box that may trace could read it there.
forget_environment() {
  while read -r first second; do
    second=${second%%=*}
    case $first:$second in
      *[!A-Za-z0-9_:]* | export: | export:PATH | export:LC_ALL | export:SHELL | export:XDG_RUNTIME_DIR | export:BOXES_TRACE | export:enter_*) ;;
      export:*) unset "$second" ;;
    esac
  done <<EOF
$(export -p)
EOF
}

# enter [-e NAME=VALUE] [-u USER] [-w DIR] [-t|-T] [COMMAND...]
enter() {
  unset enter_user enter_cwd enter_view
  # script gives its line to this shell, and the line is quoted for sh.
  export SHELL=/bin/sh
  enter_env=0 enter_tty='' terminal=auto
  while [ $# -gt 0 ]; do
    case $1 in
      -e | --env)
        case ${2-} in [!=]*=*) ;; *) die 125 "enter -e ${2-}: not NAME=VALUE" ;; esac
        enter_env=$((enter_env + 1))
        export "enter_env_$enter_env=$2"
        shift
        ;;
      -u | --user) enter_user=${2:?boxes: -u takes a user}; shift ;;
      -w | --workdir) enter_cwd=${2:?boxes: -w takes a directory}; shift ;;
      -t | --tty | -it | -ti) terminal=yes ;;
      -T | --no-tty) terminal=no ;;
      -i | --interactive) ;;
      --) shift; break ;;
      -*) die 125 "enter takes no $1" 'enter [-e NAME=VALUE] [-u USER] [-w DIR] [-t|-T] [COMMAND...]' ;;
      *) break ;;
    esac
    shift
  done
  look "$run"
  case $state in
    running) ;;
    absent) die 125 'there is no such box' 'boxes ps lists those that are' ;;
    *) die 125 "the box is not running but $state" 'boxes up starts it' ;;
  esac
  enter_target=$pid
  # Another parent of PID 1 than the monitor is one that adopted it.
  if [ -e "$run/started" ] && identify "$pid" && [ "$parent" = "$keeper" ] && [ -d "/proc/$keeper/root" ]; then
    enter_view=/proc/$keeper/root
    export enter_view
  fi
  export enter_target enter_env enter_tty
  forget_environment
  [ -z "${enter_user-}" ] || export enter_user
  [ -z "${enter_cwd-}" ] || export enter_cwd
  [ "$launcher" = perl ] || no_terminal
  if [ "$terminal" = auto ] && [ -t 0 ] && [ -t 1 ]; then terminal=yes; fi
  if [ "$terminal" = yes ]; then
    enter_tty=1
    quote "$self"
    line="exec $untie sh ${trace:-} $quoted into"
    for word in "$@"; do quote "$word"; line="$line $quoted"; done
    # It turns in circles for ever when a child dies that is not its own (util-linux 2.38): this shell leaves it none.
    exec script -qefc "$line" /dev/null
  fi
  # No terminal goes into a box (see start_monitor): input from one is left out, output to one passes through cat.
  [ ! -t 0 ] || exec </dev/null
  if [ ! -t 1 ] && [ ! -t 2 ]; then into "$@"; fi
  exec 5>&1 6>&2
  status=$({ {
    code=0
    if [ -t 5 ] && [ -t 6 ]; then sh ${trace:+"$trace"} "$self" into "$@" 2>&1 4>&- 5>&- 6>&-
    elif [ -t 5 ]; then sh ${trace:+"$trace"} "$self" into "$@" 2>&6 4>&- 5>&- 6>&-
    else sh ${trace:+"$trace"} "$self" into "$@" 2>&1 >&5 4>&- 5>&- 6>&-
    fi || code=$?
    printf '%s' "$code" >&4
  } | if [ -t 5 ]; then cat >&5 4>&-; else cat >&6 4>&-; fi; } 4>&1)
  exit "$status"
}

# Becomes a process of the box, by way of a read-only view of the host's tools: that of the monitor, or one of its own.
into() {
  trap give_up EXIT
  [ -n "${enter_view-}" ] || become_viewer "$@"
  entering "$@"
}

become_viewer() { exec unshare --mount --propagation slave -- sh ${trace:+"$trace"} "$self" alone "$@"; }

# ---- The lock, by flock ---------------------------------------------------------------------------

# It is the run directory itself.
acquire() {
  exec 9<"$run_root"
  flock 9
}
release() { exec 9<&-; }

# ---- The log, by applets of busybox ---------------------------------------------------------------

# Up to the limit of a file's size, counted in blocks of 512 bytes. head of busybox would keep back what is short until
# there is more; what cat has read and may not write any more is lost.
take() {
  (
    ulimit -f "$((log_bytes / 512))"
    trap '' XFSZ
    exec cat 2>/dev/null
  ) || :
}

# Its tail cannot wait for a process.
follow() {
  tail -n "$1" -F "$data/log" 2>/dev/null &
  job=$!
  trap 'kill "$job"; exit 143' HUP INT TERM
  while alive "$run/init"; do sleep 0.2; done
  sleep 1
  kill "$job"
  exit
}

# ---- What perl does elsewhere: paths, mount targets, the launcher ----------------------------------

# goal PATH: follows the links of PATH below $place as the box would, and sets $reached, a path without any. Fails where it
# turns in circles. No tool resolves a path in another root; while a box starts, nobody renames there.
goal() {
  todo=$1/ reached='' hops=0
  while [ -n "$todo" ]; do
    part=${todo%%/*} todo=${todo#*/}
    case $part in
      '' | .) continue ;;
      ..) reached=${reached%/*}; continue ;;
    esac
    leads_out || die 125 "$1 is a link that leads out of the root file system" 'such an image would reach out of the box; do not use it'
    if [ ! -h "$place$reached/$part" ]; then reached=$reached/$part; continue; fi
    hops=$((hops + 1))
    [ "$hops" -le 40 ] || return 1
    to=$(readlink "$place$reached/$part")
    case $to in /*) reached='' ;; esac
    todo=$to/$todo
  done
}

# Two places lead out of the root when the mounts are made: the host's tree at /dev/.old, and /proc/1/root.
leads_out() {
  [ "$reached" != /dev/.old ] && { [ -z "$proc" ] || [ "$reached" != "$proc" ]; }
}

# targets ENTRY...: what mounts need and what /dev holds, in the root in the working directory. An ENTRY is one of
# dir PATH MODE | file PATH | link PATH TARGET | node PATH MAJOR MINOR MODE | device PATH SOURCE | devices | like PATH SOURCE
targets() {
  place=. proc=''
  goal /proc || die 125 '/proc turns in circles'
  [ -n "$reached" ] || die 125 '/proc is a link to the root'
  proc=$reached
  while [ $# -gt 0 ]; do
    case $1 in
      dir) directory "$2" "$3"; shift 3 ;;
      file) plain_file "$2"; shift 2 ;;
      link) ln -s -- "$3" ".$2"; shift 3 ;;
      node) mknod -m "$5" ".$2" c "$3" "$4"; shift 5 ;;
      device) device "$2" "$3"; shift 3 ;;
      devices) devices; shift ;;
      like) if [ -d "$3" ]; then directory "$2" 755; else plain_file "$2"; fi; shift 3 ;;
    esac
  done
  mkdir -m 700 dev/.old
}

# reach PATH: sets $reached, below the working directory, and makes the directories above it.
reach() {
  case $1 in "$proc"/*) held=$proc proc='' ;; *) held='' ;; esac
  goal "$1" || die 125 "too many symbolic links at $1"
  [ -z "$held" ] || proc=$held
  [ "$reached" != /dev/.old ] || die 125 "$1 is a link that leads out of the root file system"
  parent=${reached%/*}
  [ -d ".$parent" ] || (umask 022; mkdir -p ".$parent")
}

directory() {
  reach "$1"
  [ -d ".$reached" ] || mkdir -m "$2" ".$reached"
}

plain_file() {
  reach "$1"
  [ -e ".$reached" ] || (umask 022; : >".$reached")
}

# device PATH SOURCE: the same node, with its owner and mode; below our own /dev, where there are no links but ours.
device() {
  kind=c
  [ ! -b "$2" ] || kind=b
  [ "$kind" = b ] || [ -c "$2" ] || die 125 "$2 is not a device" 'name a device node of this host'
  found=$(stat -L -c '%t:%T:%a:%u:%g' -- "$2")
  major=${found%%:*} found=${found#*:}
  minor=${found%%:*} found=${found#*:}
  reach "$1"
  rm -f ".$reached"
  mknod -m "${found%%:*}" ".$reached" "$kind" "$((0x$major))" "$((0x$minor))"
  chown "${found#*:}" ".$reached"
}

# All of the host's, but those that each box has of its own.
devices() {
  find /dev \( -path /dev/pts -o -path /dev/shm -o -path /dev/mqueue -o -path /dev/hugepages \) -prune -o \( -type c -o -type b \) -print |
    while read -r node; do
      case $node in /dev/null | /dev/zero | /dev/full | /dev/random | /dev/urandom | /dev/tty | /dev/ptmx | /dev/console) continue ;; esac
      device "$node" "$node"
    done
}

# What `enter` changes travels in the environment; `up` knows nothing of it, whatever its caller's holds.
[ "${1-}" != up ] || unset enter_user enter_cwd enter_env

# Tools cannot say when they are in the box's mount namespace: the furnisher is kept until PID 1 has left that of its monitor, since
# they find it by its pid. The command may be in a third one already.
settle() {
  [ "$own_root" = yes ] || return 0
  while [ ! -s "$run/init" ] && kill -0 "$monitor" 2>/dev/null; do sleep 0.01; done
  # shellcheck disable=SC3013 # -ef: POSIX since 2024; dash, busybox ash and bash have it
  while alive "$run/init" && [ "/proc/$pid/ns/mnt" -ef "/proc/$keeper/ns/mnt" ]; do sleep 0.01; done
}

# No terminal goes into a box without perl: it alone gives one to the command.
untie=''
no_terminal() {
  [ "$terminal" != yes ] || die 125 'enter -t needs perl on this host' 'leave -t out, or install perl and boxes up it again'
  terminal=no
}

# A box whose monitor is gone: this shell stays, and keeps the view.
alone() {
  viewing
  enter_view=/
  set +e
  (set -e; entering "$@")
  exit "$?"
}

# from FILE COMMAND...
from() {
  file=$1
  shift
  "$@" <"$file"
}

# ids UID GID [GROUP...]: sets $uid, $gid and $groups; `enter -u` says others.
ids() {
  uid=$1 gid=$2 groups=$2
  shift 2
  for group in "$@"; do groups=$groups,$group; done
  case ${enter_user-0} in
    0) ;;
    *[!0-9:]* | *:*:* | :* | *: | 0[0-9]* | *:0[0-9]* | ???????????*:* | *:???????????*) die 125 "enter -u $enter_user: only perl looks names up in the box" 'write UID:GID' ;;
    *:*) uid=${enter_user%:*} gid=${enter_user#*:} groups=$gid ;;
    *) die 125 "enter -u $enter_user: only perl looks its group up in the box" 'write UID:GID' ;;
  esac
  for id in "$uid" "$gid"; do
    [ "$id" -lt 4294967295 ] || die 125 "enter -u $enter_user: no such id" 'ids go from 0 to 4294967294'
  done
  [ "${enter_user-}" != 0 ] || uid=0 gid=0 groups=0
  [ "$launcher:$uid:$gid" = busybox:0:0 ] || [ "$launcher" != busybox ] ||
    die 125 "enter -u $enter_user: busybox changes no user" 'install perl, or util-linux and capsh, then boxes up it again'
  case ${enter_cwd-/} in /) ;; *) die 125 "enter -w $enter_cwd: capsh and busybox start a command in / only" 'install perl, then boxes up it again' ;; esac
}

# launch up|enter ROOT VIEW COUNT WORD... [COMMAND...]: becomes COMMAND by way of COUNT words, in which @ is the path of its program.
launch() {
  phase=$1 place=$2 view=$3 count=$4 proc=''
  shift 4
  rest=$(($# - count))
  program=/bin/sh
  [ "$rest" -eq 0 ] || eval "find_program \"\${$((count + 1))}\""
  while [ "$count" -gt 0 ]; do
    word=$1
    shift
    case $word in @) word=$program ;; --shell=@) word=--shell=$program ;; esac
    set -- "$@" "$word"
    count=$((count - 1))
  done
  # The program's name is its path; its arguments follow.
  [ "$rest" -eq 0 ] || { shift; rest=$((rest - 1)); }
  while [ "$rest" -gt 0 ]; do
    word=$1
    shift
    set -- "$@" "$word"
    rest=$((rest - 1))
  done
  [ "$phase:$own_root" != up:yes ] || rmdir "$place/dev/.old"
  handles
  nulls "$view/dev/null"
  at=''
  # The monitor ignores some, and what begins with a signal ignored cannot trap it.
  trap - EXIT HUP INT QUIT TERM
  [ "$phase" = enter ] || { printf 'ok\n' >&4; exec 4>&-; }
  bare "$@"
}

# refuse STATUS MESSAGE: before the box's command runs.
refuse() {
  [ "$phase" = up ] || die "$1" "$2"
  trap - EXIT
  printf '%s %s\n' "$1" "$2" >&4
  exit "$1"
}

# Sets $program to the path of COMMAND, looked for along the PATH of the box; not found is 127, not to be run 126.
find_program() {
  program='' denied=''
  # shellcheck source=/dev/null
  search=$(unset PATH; . "$run/environment"; printf '%s:' "${PATH-}")
  tries=0
  while [ "$tries" -lt "${enter_env:-0}" ]; do
    tries=$((tries + 1))
    eval "value=\$enter_env_$tries"
    case $value in PATH=*) search=${value#PATH=}: ;; esac
  done
  case $1 in
    /*) is_program "$1" ;;
    */*) is_program "/$1" ;;
    *)
      while [ -z "$program" ] && [ -n "$search" ]; do
        # A place that is not absolute is one in /, where a command begins.
        case $search in /*) is_program "${search%%:*}/$1" ;; *) is_program "/${search%%:*}/$1" ;; esac
        search=${search#*:}
      done
      ;;
  esac
  [ -z "$program" ] || return 0
  [ -z "$denied" ] || refuse 126 "$1: it cannot be executed"
  case $1 in */*) refuse 127 "$1: No such file or directory" ;; esac
  refuse 127 "$1: not found in PATH"
}

is_program() {
  goal "$1" && [ -e "$place$reached" ] || return 0
  if [ ! -d "$place$reached" ] && [ -x "$place$reached" ]; then program=$1; else denied=$1; fi
}

# A handle above 2 would be a way out (CVE-2024-21626). Some shells close those of one digit only: for the others bash is asked,
# and where there is none, what would stay open is refused.
handles() {
  closing=''
  for handle in /proc/self/fd/*; do
    handle=${handle##*/}
    case $handle in
      [012] | 4) ;;
      ?) eval "exec $handle>&-" ;;
      *)
        kept=no
        while read -r key value; do
          # O_CLOEXEC
          [ "$key" != flags: ] || [ "$((0$value & 02000000))" -ne 0 ] || kept=yes
        done 2>/dev/null <"/proc/self/fdinfo/$handle" || :
        if [ "$kept" = no ]; then continue; fi
        if (eval "exec $handle>&-") 2>/dev/null; then eval "exec $handle>&-"
        elif [ -x /bin/bash ]; then closing="$closing $handle>&-"
        else refuse 125 "descriptor $handle is open, and no shell here can close it: it would stay open in the box"
        fi
        ;;
    esac
  done
  [ "$phase" = up ] || exec 4>&-
}

# nulls FILE: the /dev/null of the host must not be for the box to chown: FILE stands in for it, and for a directory.
nulls() {
  for fd in 0 1 2; do
    kind=none
    if [ -d "/proc/self/fd/$fd" ]; then kind=directory
    elif [ -c "/proc/self/fd/$fd" ]; then
      eval "exec 7<&$fd"
      kind=$(stat -L -c %t:%T /proc/self/fd/7)
      exec 7<&-
    fi
    case $kind in directory | 1:3) eval "exec $fd<>\"\$1\"" ;; esac
  done
}

# Becomes the words, with the environment of the box alone. Its values may name any variable of this program, so all is one text
# that refers to none.
bare() {
  line='unset LC_ALL' tries=0
  while read -r first second; do
    second=${second%%=*}
    case $first:$second in
      *[!A-Za-z0-9_:]* | export:SHELLOPTS | export:BASHOPTS) ;;
      export:?*) line="$line $second" ;;
    esac
  done <<EOF
$(export -p)
EOF
  home=/
  [ "$uid" -ne 0 ] || home=/root
  quote "$run/environment"
  line="$line; export HOME=$home; . $quoted"
  while [ "$tries" -lt "${enter_env:-0}" ]; do
    tries=$((tries + 1))
    eval "value=\$enter_env_$tries"
    allowed "${value%%=*}"
    quote "$value"
    line="$line; export $quoted"
  done
  [ -z "$closing" ] || set -- /bin/bash -c "exec \"\$@\"$closing" bash "$@"
  eval "$line; exec \"\$@\""
}

# Others would be minded by this shell, or by the tools that come after it.
allowed() {
  case $1 in
    '' | [0-9]* | *[!A-Za-z0-9_]* | LD_* | GLIBC_* | GCONV_* | MALLOC_* | LOCPATH | NLSPATH | BASH* | SHELLOPTS | IFS | PS[1-4] | PID | PPID | UID | EUID | GROUPS | LINENO | OPTIND | OPTARG | RANDOM | SECONDS | ENV | FUNCNAME | DIRSTACK | _)
      die 125 "enter -e $1: without perl it cannot be set" 'install perl, then boxes up it again'
      ;;
  esac
}

# ---- This box ---------------------------------------------------------------------------------

# On the host, before anything of the box runs.
prepare() {
  step 'Make its directories' always
  # The upper directory gives the root its mode; those above it stay closed to others.
  umask 022
  mkdir -p "$run/root" "$data/upper" "$data/work"
  umask 077
  keep_program
  mkfifo "$run/go" "$run/status" "$run/rooted" "$run/launched" "$run/said"
  step 'Open the writable layer' always
  if [ -e "$data/lower" ]; then
    same_lower host
  else
    printf '%s\n' host >"$data/lower"
  fi
  step 'Use the host'\''s own userland' rootfs
  lower=/
  export lower
  step 'List /proc, /sys and the parts of /dev' 'shm_size, privileged'
  printf '%s\n' 'proc /proc proc nosuid,nodev,noexec,X-mount.mkdir 0 0' \
    'sysfs /sys sysfs nosuid,nodev,noexec,ro,X-mount.mkdir 0 0' \
    'devpts /dev/pts devpts nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5,X-mount.mkdir 0 0' \
    'shm /dev/shm tmpfs nosuid,nodev,noexec,mode=1777,size=8388608,X-mount.mkdir 0 0' \
    'mqueue /dev/mqueue mqueue nosuid,nodev,noexec,X-mount.mkdir 0 0' \
    'cgroup2 /sys/fs/cgroup cgroup2 nosuid,nodev,noexec,ro,X-mount.mkdir 0 0' >>"$run/fstab"
  step 'Write hosts, hostname and resolv.conf' 'extra_hosts, hostname, dns, dns_search, dns_opt'
  umask 022
  printf '%s\n' '127.0.0.1	localhost' '::1	localhost ip6-localhost ip6-loopback' 'fe00::	ip6-localnet' \
    'ff00::	ip6-mcastprefix' 'ff02::1	ip6-allnodes' 'ff02::2	ip6-allrouters' '127.0.1.1	readonly' >"$run/hosts"
  printf '%s\n' readonly >"$run/hostname"
  copy_resolv_conf
  umask 077
  printf '%s\n' '/dev/.old/run/boxes/readonly/hosts /etc/hosts none bind,rprivate 0 0' \
    '/dev/.old/run/boxes/readonly/hostname /etc/hostname none bind,rprivate 0 0' \
    '/dev/.old/run/boxes/readonly/resolv.conf /etc/resolv.conf none bind,rprivate 0 0' >>"$run/fstab"
  step 'List a tmpfs on /tmp' 'tmpfs[0]'
  printf '%s\n' 'tmpfs /tmp tmpfs nosuid,nodev,noexec,size=16777216,mode=1777,X-mount.mkdir 0 0' >>"$run/fstab"
  step 'List a tmpfs on /run' 'tmpfs[1]'
  printf '%s\n' 'tmpfs /run tmpfs nosuid,nodev,noexec,size=4194304,X-mount.mkdir 0 0' >>"$run/fstab"
  step 'Write down what a process of the box is' 'command, entrypoint, environment, env_file, working_dir, user, group_add, umask, ulimits, oom_score_adj, cap_add, cap_drop, security_opt, no_new_privs, seccomp, privileged'
  printf '%s\n' 'export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    'export HOSTNAME=readonly' >"$run/environment"
  printf %b '\0040\0000\0000\0000\0004\0000\0000\0000' '\0025\0000\0000\0120\0076\0000\0000\0300' \
    '\0040\0000\0000\0000\0000\0000\0000\0000' '\0065\0000\0000\0015\0030\0001\0000\0000' \
    '\0065\0000\0000\0006\0120\0001\0000\0000' '\0065\0000\0000\0003\0274\0001\0000\0000' \
    '\0065\0000\0000\0001\0316\0001\0000\0000' '\0065\0000\0110\0107\0323\0001\0000\0000' \
    '\0065\0000\0110\0025\0313\0001\0000\0000' '\0065\0000\0000\0030\0262\0001\0000\0000' \
    '\0065\0000\0024\0025\0270\0001\0000\0000' '\0065\0000\0000\0003\0070\0001\0000\0000' \
    '\0065\0000\0000\0001\0100\0001\0000\0000' '\0065\0000\0101\0025\0104\0001\0000\0000' \
    '\0065\0000\0100\0102\0072\0001\0000\0000' '\0065\0000\0000\0025\0060\0001\0000\0000' \
    '\0065\0000\0023\0100\0061\0001\0000\0000' '\0065\0000\0000\0006\0243\0000\0000\0000' \
    '\0065\0000\0000\0003\0360\0000\0000\0000' '\0065\0000\0000\0001\0373\0000\0000\0000' \
    '\0065\0000\0074\0022\0027\0001\0000\0000' '\0065\0000\0073\0023\0370\0000\0000\0000' \
    '\0065\0000\0000\0072\0272\0000\0000\0000' '\0065\0000\0071\0022\0354\0000\0000\0000' \
    '\0065\0000\0000\0003\0206\0000\0000\0000' '\0065\0000\0000\0001\0233\0000\0000\0000' \
    '\0065\0000\0064\0066\0235\0000\0000\0000' '\0065\0000\0020\0022\0211\0000\0000\0000' \
    '\0065\0000\0000\0023\0070\0000\0000\0000' '\0065\0000\0021\0050\0071\0000\0000\0000' \
    '\0025\0000\0062\0060\0302\0001\0000\0000' '\0025\0000\0057\0061\0271\0001\0000\0000' \
    '\0025\0000\0060\0000\0266\0001\0000\0000' '\0025\0000\0056\0055\0263\0001\0000\0000' \
    '\0025\0000\0054\0056\0250\0001\0000\0000' '\0025\0000\0053\0055\0102\0001\0000\0000' \
    '\0025\0000\0054\0052\0064\0001\0000\0000' '\0025\0000\0053\0000\0054\0001\0000\0000' \
    '\0025\0000\0052\0050\0052\0001\0000\0000' '\0025\0000\0051\0000\0020\0001\0000\0000' \
    '\0025\0000\0050\0046\0000\0001\0000\0000' '\0025\0000\0047\0045\0366\0000\0000\0000' \
    '\0025\0000\0046\0000\0343\0000\0000\0000' '\0025\0000\0045\0043\0324\0000\0000\0000' \
    '\0025\0000\0044\0000\0231\0000\0000\0000' '\0025\0000\0043\0041\0213\0000\0000\0000' \
    '\0025\0000\0003\0042\0207\0000\0000\0000' '\0025\0000\0041\0037\0147\0000\0000\0000' \
    '\0025\0000\0030\0000\0051\0000\0000\0000' '\0025\0000\0032\0035\0020\0000\0000\0000' \
    '\0040\0000\0000\0000\0024\0000\0000\0000' '\0025\0000\0000\0003\0000\0000\0000\0000' \
    '\0040\0000\0000\0000\0020\0000\0000\0000' '\0025\0000\0031\0000\0000\0000\0000\0000' \
    '\0040\0000\0000\0000\0024\0000\0000\0000' '\0025\0000\0000\0003\0000\0000\0000\0000' \
    '\0040\0000\0000\0000\0020\0000\0000\0000' '\0025\0000\0025\0000\0010\0000\0000\0000' \
    '\0040\0000\0000\0000\0024\0000\0000\0000' '\0025\0000\0000\0003\0000\0000\0000\0000' \
    '\0040\0000\0000\0000\0020\0000\0000\0000' '\0025\0000\0021\0000\0000\0000\0002\0000' \
    '\0040\0000\0000\0000\0024\0000\0000\0000' '\0025\0000\0000\0003\0000\0000\0000\0000' \
    '\0040\0000\0000\0000\0020\0000\0000\0000' '\0025\0000\0015\0000\0010\0000\0002\0000' \
    '\0040\0000\0000\0000\0024\0000\0000\0000' '\0025\0000\0000\0015\0000\0000\0000\0000' \
    '\0040\0000\0000\0000\0020\0000\0000\0000' '\0025\0000\0011\0013\0377\0377\0377\0377' \
    '\0040\0000\0000\0000\0020\0000\0000\0000' '\0124\0000\0000\0000\0000\0000\0002\0176' \
    '\0025\0000\0006\0010\0000\0000\0000\0000' '\0040\0000\0000\0000\0020\0000\0000\0000' \
    '\0025\0000\0006\0000\0046\0000\0000\0000' '\0025\0000\0005\0003\0050\0000\0000\0000' \
    '\0040\0000\0000\0000\0030\0000\0000\0000' '\0025\0000\0003\0000\0022\0124\0000\0000' \
    '\0025\0000\0002\0000\0034\0124\0000\0000' '\0006\0000\0000\0000\0000\0000\0377\0177' \
    '\0006\0000\0000\0000\0046\0000\0005\0000' '\0006\0000\0000\0000\0001\0000\0005\0000' \
    '\0006\0000\0000\0000\0000\0000\0000\0200' >"$run/filter"
}

# The control group.
confine() {
  step 'Make the control group' always
  mkdir -p /sys/fs/cgroup/boxes/readonly
  printf '%s\n' '+cpu +io +memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
  printf '%s\n' '+cpu +io +memory +pids' >/sys/fs/cgroup/boxes/cgroup.subtree_control
}

# The control group, where systemd makes it.
enter_scope() {
  :
}

# In the furnisher: the box's mount namespace, before the pivot.
build_root() {
  step 'Mount the root file system' 'rootfs, mount'
  mount -t overlay overlay -o "nodev,lowerdir=$lower,upperdir=$data/upper,workdir=$data/work" "$run/root"
  cd "$run/root"
  step 'Make /dev and the mount targets' always
  [ ! -h dev ] ||
    die 125 'the /dev of this root file system is a symbolic link' 'such an image would reach out of the box; do not use it'
  if [ ! -d dev ]; then
    mkdir -m 755 dev
  fi
  mount -t tmpfs -o nosuid,mode=755,size=65536k tmpfs dev
  targets node /dev/null 1 3 666 node /dev/zero 1 5 666 node /dev/full 1 7 666 node /dev/random 1 8 666 node \
    /dev/urandom 1 9 666 node /dev/tty 5 0 666 link /dev/fd /proc/self/fd link /dev/stdin /proc/self/fd/0 link \
    /dev/stdout /proc/self/fd/1 link /dev/stderr /proc/self/fd/2 link /dev/core /proc/kcore link /dev/ptmx \
    pts/ptmx file /etc/hosts file /etc/hostname file /etc/resolv.conf dir /proc 555 dir /sys 555 dir /tmp 755 \
    dir /run 755
  step 'Make it the root' always
  pivot_root . dev/.old
}

# Into the cgroup and the namespaces; ends as the monitor.
join() {
  step 'Enter the cgroup and the namespaces' 'pid, network_mode, ipc, uts, cgroup, time, timeOffsets'
  printf '%s\n' 0 >/sys/fs/cgroup/boxes/readonly/cgroup.procs
  exec unshare --mount --propagation slave --pid --net --ipc --uts --cgroup --time --monotonic 0 --boottime 0 \
    -- sh "$self" monitor
}

# In PID 1: the rest of the box; ends as its command.
become() {
  step 'Name the machine' 'hostname, domainname'
  printf '%s\n' readonly >/proc/sys/kernel/hostname
  step 'Bring up the loopback' network_mode
  ip link set lo up &
  loopback=$!
  step 'Mount what was listed' always
  root_is_there
  mount -N "$furnisher" --all --fstab "$run/fstab"
  step 'Make the root read-only' read_only
  mount -N "$furnisher" -o remount,bind,ro /
  step 'Detach the host' always
  umount -N "$furnisher" --lazy /dev/.old
  step 'Mask the paths of the spec' maskedPaths
  mask /proc/keys mount -N "$furnisher"
  mask /proc/timer_list mount -N "$furnisher"
  mask /sys/firmware mount -N "$furnisher"
  mask /root mount -N "$furnisher"
  step 'Make the paths of the spec read-only' readonlyPaths
  read_only /proc/bus mount -N "$furnisher"
  read_only /proc/fs mount -N "$furnisher"
  read_only /proc/irq mount -N "$furnisher"
  read_only /proc/sys mount -N "$furnisher"
  step 'Take a read-only view of the host'\''s tools' always
  mount -t tmpfs -o mode=755,size=64k tmpfs "$run/root"
  mknod -m 666 "$run/root/null" c 1 3
  # At once: the monitor, beside this, opens /dev/null.
  mount --move "$run/root" /dev
  mount -o remount,bind,ro /
  step 'Launch the command, by setpriv and capsh' command
  wait "$loopback"
  ids 0 0
  umask 0022
  launch up "/proc/$furnisher/root" / 31 /usr/bin/env -u _ -u OLDPWD -u PWD -u SHLVL /usr/bin/nsenter \
    "--mount=/proc/$furnisher/ns/mnt" --root=/ "--wd=/proc/$furnisher/root" -- /usr/bin/setsid /bin/setpriv \
    --pdeathsig clear --no-new-privs --seccomp-filter "$run/filter" /usr/sbin/capsh --chroot=. --noamb --inh= \
    --drop=cap_dac_read_search,cap_linux_immutable,cap_net_broadcast,cap_net_admin,cap_ipc_lock,cap_ipc_owner,cap_sys_module,cap_sys_rawio,cap_sys_ptrace,cap_sys_pacct,cap_sys_admin,cap_sys_boot,cap_sys_nice,cap_sys_resource,cap_sys_time,cap_sys_tty_config,cap_mknod,cap_lease,cap_audit_control,cap_mac_override,cap_mac_admin,cap_syslog,cap_wake_alarm,cap_block_suspend,cap_audit_read,cap_perfmon,cap_bpf,cap_checkpoint_restore \
    "--gid=$gid" "--groups=$groups" "--uid=$uid" --shell=@ -- sh -c 'touch /tmp/fine && ! touch /etc/not-fine'
}

# The view that a further process runs from, if the monitor that kept one is gone.
viewing() {
  step 'Take such a view for a further process' always
  mount -t tmpfs -o mode=755,size=64k tmpfs "$run/root"
  mknod -m 666 "$run/root/null" c 1 3
  # At once: the monitor, beside this, opens /dev/null.
  mount --move "$run/root" /dev
  mount -o remount,bind,ro /
}

# A further process in the running box.
entering() {
  step 'Enter the box' always
  no_tracer "$enter_target" 'install perl, then boxes up it again, or end that process'
  printf '%s\n' 0 >/sys/fs/cgroup/boxes/readonly/cgroup.procs
  ids 0 0
  umask 0022
  launch enter "/proc/$enter_target/root" "$enter_view" 43 /usr/bin/env -u _ -u OLDPWD -u PWD -u SHLVL \
    /usr/bin/nsenter --target "$enter_target" --mount --uts --ipc --net --time "--root=$enter_view" \
    "--wd=/proc/$enter_target/root" -- /usr/bin/nsenter --target "$enter_target" --pid --cgroup -- \
    /usr/bin/setsid /bin/setpriv --pdeathsig KILL --no-new-privs --seccomp-filter "$run/filter" \
    /usr/sbin/capsh --chroot=. --noamb --inh= \
    --drop=cap_dac_read_search,cap_linux_immutable,cap_net_broadcast,cap_net_admin,cap_ipc_lock,cap_ipc_owner,cap_sys_module,cap_sys_rawio,cap_sys_ptrace,cap_sys_pacct,cap_sys_admin,cap_sys_boot,cap_sys_nice,cap_sys_resource,cap_sys_time,cap_sys_tty_config,cap_mknod,cap_lease,cap_audit_control,cap_mac_override,cap_mac_admin,cap_syslog,cap_wake_alarm,cap_block_suspend,cap_audit_read,cap_perfmon,cap_bpf,cap_checkpoint_restore \
    "--gid=$gid" "--groups=$groups" "--uid=$uid" --shell=@ -- "$@"
}

# Takes back what the steps made, last first.
undo() {
  left=''
  remove_groups || left=yes
  remove_directories || left=yes
  [ -z "$left" ]
}

case ${1-} in
  up | enter | stop | down | status | logs | furnish | hold | spawn | monitor | into | alone) verb=$1; shift; "$verb" "$@" ;;
  *)
    printf 'usage: %s up | enter | stop | down | status | logs\n' "$0" >&2
    exit 2
    ;;
esac
exit

#box {"name":"readonly","source":{"path":"specs/readonly.yaml","sha256":"0000000000000000000000000000000000000000000000000000000000000000"},"labels":{},"paths":{"runRoot":"/run/boxes","run":"/run/boxes/readonly","dataRoot":"/var/lib/boxes","data":"/var/lib/boxes/boxes/readonly","roots":"/var/lib/boxes/roots"},"launcher":"setpriv","namespaces":{"mount":{"mode":"private"},"pid":{"mode":"private"},"network":{"mode":"private"},"ipc":{"mode":"private"},"uts":{"mode":"private"},"cgroup":{"mode":"private"},"time":{"mode":"private"},"user":{"mode":"host"},"ids":"shared","uidMappings":[],"gidMappings":[],"timeOffsets":{"monotonic":0,"boottime":0}},"rootfs":{"kind":"host"},"layer":"overlay","mounts":{"readOnly":true,"volumes":[],"tmpfs":[{"target":"/tmp","options":["nosuid","nodev","noexec","size=16777216","mode=1777"],"why":"tmpfs[0]"},{"target":"/run","options":["nosuid","nodev","noexec","size=4194304"],"why":"tmpfs[1]"}],"devices":[],"shmSize":8388608,"masked":["/proc/keys","/proc/timer_list","/sys/firmware","/root"],"readonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys"]},"network":{"hosts":["127.0.0.1\tlocalhost","::1\tlocalhost ip6-localhost ip6-loopback","fe00::\tip6-localnet","ff00::\tip6-mcastprefix","ff02::1\tip6-allnodes","ff02::2\tip6-allrouters","127.0.1.1\treadonly"],"resolvConf":null,"tool":null},"process":{"args":["sh","-c","touch /tmp/fine && ! touch /etc/not-fine"],"workingDir":"/","user":"0","groups":[],"umask":18,"ulimits":[],"oomScoreAdj":null,"sysctls":[],"init":false,"tty":false,"hostname":"readonly","domainname":null,"stopSignal":"TERM","stopGracePeriod":10,"environment":[["PATH","/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],["HOSTNAME","readonly"]]},"privileges":{"privileged":false,"capabilities":["CAP_CHOWN","CAP_DAC_OVERRIDE","CAP_FOWNER","CAP_FSETID","CAP_KILL","CAP_SETGID","CAP_SETUID","CAP_SETPCAP","CAP_NET_BIND_SERVICE","CAP_NET_RAW","CAP_SYS_CHROOT","CAP_AUDIT_WRITE","CAP_SETFCAP"],"noNewPrivs":true,"seccomp":{"name":"default","profile":null},"landlock":null},"resources":{"cpus":null,"cpuShares":null,"cpuset":null,"cpusetMems":null,"memory":null,"memoryReservation":null,"memorySwap":null,"swappiness":null,"oomKillDisable":false,"pids":null,"blkio":{"weight":null,"weightDevices":[],"limits":[]},"deviceRules":[],"hugetlb":[],"unified":[]},"notes":["launcher: without perl a process of the box has the session keyring of its caller, its name is its path, and one that cannot be executed ends with 1","launcher: without perl the users of the root file system are not looked up: HOME is /root or /, and there are no further groups","launcher: what enter has started outlives an enter that is killed, but for what capsh starts as root","launcher: the command begins with SIGINT and SIGQUIT ignored: env of coreutils would mend that"]}
