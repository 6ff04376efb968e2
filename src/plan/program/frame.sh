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

# take_ids 'FIRST COUNT'...: of the host, unless another box has one of them. Under the lock, until they are written down.
# 75 is EX_TEMPFAIL of sysexits.h: a new plan would do.
take_ids() {
  lock
  for file in "$data_root"/boxes/*/ids; do
    if [ "$file" = "$data/ids" ] || [ ! -e "$file" ]; then continue; fi
    while read -r first count; do
      for range; do
        [ "${range% *}" -ge $((first + count)) ] || [ "$first" -ge $((${range% *} + ${range#* })) ] || die 75 \
          "the ids $range are not free: see $file" 'plan again: boxes up chooses others'
      done
    done <"$file"
  done
  tell_ids "$@"
  unlock
}

tell_ids() { printf '%s\n' "$@" >"$data/ids"; }

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

# cached COMMAND...: makes an entry of the cache once, however many ask. A half-made one has another name, and is taken away.
# The cache is locked as a whole: a lock file for each entry would be one more thing to remove at the right moment.
cached() {
  [ ! -d "$lower" ] || return 0
  exec 9<"$roots"
  patiently flock 9
  if [ ! -d "$lower" ]; then
    erase "$lower.part"
    mkdir -m 755 "$lower.part"
    if ! ( "$@" ); then
      erase "$lower.part"
      return 1
    fi
    mv -- "$lower.part" "$lower"
  fi
  exec 9<&-
}

# drop_part ENTRY: what a death left half made in the cache, unless somebody is making it.
drop_part() {
  [ -e "$1.part" ] || return 0
  exec 8<"$roots"
  if flock -n 8; then erase "$1.part"; fi
  exec 8<&-
}

# unpack ARCHIVE SHA256
unpack() { cached unpack_now "$@"; }

# One archive into one empty directory: GNU tar keeps a hostile one inside: it refuses `..` and takes the / off absolute names.
unpack_now() {
  sum=$(sha256sum <"$1") || die 125 "the archive $1 cannot be read" 'check the path'
  [ "${sum%% *}" = "$2" ] || die 125 "the archive $1 is not the one that was planned: its sha256 is ${sum%% *}" 'plan again'
  extract "$1"
}

extract() { untar "$1"; }

# untar ARCHIVE [WORD...]
untar() {
  archive=$1
  shift
  patiently become_root tar --extract --file "$archive" --directory "$lower.part" --numeric-owner --same-permissions --xattrs --xattrs-include='*' --delay-directory-restore "$@"
}

# bootstrap COMMAND... with @ where the directory goes
bootstrap() { cached bootstrap_now "$@"; }

bootstrap_now() {
  count=$#
  while [ "$count" -gt 0 ]; do
    word=$1
    shift
    [ "$word" != @ ] || word=$lower.part
    set -- "$@" "$word"
    count=$((count - 1))
  done
  patiently "$@" >&2
}

# Without dns of its own a box has a copy of the host's name servers.
copy_resolv_conf() {
  while read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done 2>/dev/null </etc/resolv.conf >"$run/resolv.conf" || : >"$run/resolv.conf"
}

# volume_source PATH create|exists: sets $source, the canonical path, and $source_flags, which a read-only remount must repeat.
volume_source() {
  if [ "$2" = create ] && [ ! -e "$1" ]; then (umask 022; mkdir -p -- "$1"); fi
  { [ -e "$1" ] && source=$(readlink -f -- "$1"); } || die 125 "the volume's source $1 does not exist" 'create it, or correct the spec'
  source_flags='' longest=0
  while read -r _ _ _ _ point flags _; do
    case $source/ in
      "${point%/}"/*)
        if [ "${#point}" -ge "$longest" ]; then
          longest=${#point} source_flags=''
          for flag in nosuid nodev noexec; do case ,$flags, in *,"$flag",*) source_flags="$source_flags,$flag" ;; esac; done
        fi
        ;;
    esac
  done </proc/self/mountinfo
}

# device_number rule|block PATH: sets $number, `c 10:200` or `8:0`.
device_number() {
  letter=''
  if [ -b "$2" ]; then letter=b; elif [ -c "$2" ] && [ "$1" = rule ]; then letter=c; fi
  { [ -n "$letter" ] && number=$(stat -L -c '0x%t 0x%T' -- "$2") && number=$(printf '%d:%d' "${number% *}" "${number#* }"); } ||
    die 125 "$2 is not a ${1%rule} device" 'name a device node of this host'
  [ "$1" != rule ] || number="$letter $number"
}

# users VERB...: see USER above
users() {
  perl -e "$USER" "$machine" "$@"
}

become_root() { exec "$@"; }

# mapped FIELD COMMAND...: mounts with mapped owners, which is for the file system to allow.
mapped() {
  field=$1
  shift
  "$@" || die 125 "$field: its owners could not be mapped: see above" \
    'Linux maps those of ext4, xfs, btrfs and most other disks, not of network file systems, /proc or an overlay'
}

# The furnisher's shell becomes the helper, which enters the user namespace, pivots, says ok and waits.
become_users() {
  exec perl -e "$USER" "$machine" "$@"
}

# hold_users COMMAND...: a process in the user namespace, $holder, that lasts as long as `up` prepares the box.
hold_users() {
  exec 5<>"$run/status" 7<>"$run/go"
  exec 6<"$run/status"
  leash=yes
  "$@" sh ${trace:+"$trace"} "$self" hold 4>&5 5>&- 6<&- 7<"$run/go" </dev/null &
  holder=$!
  export holder
  exec 5>&-
  hear
  exec 6<&-
}

# Host ids of the namespace's root, and the files that are its own.
own_users() {
  while read -r inside outside _; do [ "$inside" != 0 ] || owner_uid=$outside; done <"/proc/$holder/uid_map"
  while read -r inside outside _; do [ "$inside" != 0 ] || owner_gid=$outside; done <"/proc/$holder/gid_map"
  export owner_uid owner_gid
  cp -- "$self" "$run/program"
  self=$run/program
  chmod 711 "$run_root" "$run"
  # What PID 1 reads, and what the box may write; never the directory, nor what later verbs of root go by.
  for file in program process rooted fstab hosts hostname resolv.conf; do
    [ ! -e "$run/$file" ] || chown "$owner_uid:$owner_gid" "$run/$file"
  done
}

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

# apart PID: no mount there holds the root of this tree, at its top or further down.
apart() {
  while read -r _ _ device root point _; do
    [ "$point" != / ] || { host_device=$device host_root=${root%/}; }
  done </proc/self/mountinfo
  while read -r _ _ device root point _; do
    [ "$device" = "$host_device" ] || continue
    case $host_root/ in
      "${root%/}"/*)
        die 125 "landlock: $point holds the host's root, below which the host's tools are to be read and executed" \
          'make volumes of what is needed of it'
        ;;
    esac
  done <"/proc/$1/mountinfo"
}

# patiently COMMAND...: a long one; a signal ends it and the program, not only after it is done.
patiently() {
  "$@" &
  job=$!
  job_status=0
  wait "$job" || job_status=$?
  job=''
  return "$job_status"
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
