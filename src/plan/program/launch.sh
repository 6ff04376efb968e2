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
