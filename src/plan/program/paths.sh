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
