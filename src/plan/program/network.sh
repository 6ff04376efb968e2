# ---- A network that a process connects -----------------------------------------------------------

# connect COMMAND...: pasta or slirp4netns. They don't learn of the box's end, and while they run its network namespace stays.
connect() {
  tether "$@" &
  if identify "$!"; then printf '%s %s %s\n' "$!" "$started" "$boot_id" >"$run/tether"; fi
}

# Holds the tool for as long as the box is there: until `up` lets go or is dead, then until the monitor's lock is free, then (if that was
# killed) until PID 1 is gone. Signals of a terminal are not for it. What the tool has to say may not fill a disk.
tether() {
  # By exec: a shell keeps what the redirection of a function replaces, and would hold its own leash.
  exec 3>&- 7<"$run/go" 9>&- </dev/null >"$run/network.log" 2>&1
  trap '' HUP INT QUIT TERM XFSZ
  ulimit -f 128
  "$@" 7<&- &
  pid=$!
  identify "$pid" || exit
  printf '%s %s %s\n' "$pid" "$started" "$boot_id" >"$run/network"
  read -r word <&7 || :
  exec 7<&-
  flock "$run/exit" true || :
  while alive "$run/init"; do sleep 1; done
  if alive "$run/network"; then kill -KILL "$pid"; fi
}

# Ends the tool, its keeper first.
disconnect() {
  for process in tether network; do
    rounds=0
    while alive "$run/$process"; do
      rounds=$((rounds + 1))
      [ "$rounds" -lt 200 ] || { printf 'boxes: %s: process %s does not end\n' "$name" "$pid" >&2; return 1; }
      kill -KILL "$pid" 2>/dev/null || :
      sleep 0.02
    done
  done
}

# Waits until the tool has made a way out: a default route.
connected() {
  tries=0
  until has_way_out; do
    if ! alive "$run/tether" || { [ -s "$run/network" ] && ! alive "$run/network"; }; then
      cat "$run/network.log" >&2
      die 125 'network_mode: the tool that connects the box has ended: see above' 'boxes doctor tells what this machine has'
    fi
    tries=$((tries + 1))
    [ "$tries" -lt 3000 ] || { cat "$run/network.log" >&2; die 125 'network_mode: after 30 s the box has no default route' 'see whether this machine has one: ip route'; }
    sleep 0.01
  done
}

has_way_out() {
  while read -r _ to _; do [ "$to" != 00000000 ] || return 0; done <"/proc/$holder/net/route"
  while read -r to bits _ _ _ _ _ _ _ device; do
    case $to/$bits/$device in
      */lo) ;;
      00000000000000000000000000000000/00/*) return 0 ;;
    esac
  done <"/proc/$holder/net/ipv6_route"
  return 1
} 2>/dev/null

# copy_servers [FORWARDER]: of the host's name servers those that are not on its loopback. Where there is no other: the tool, if it hands on
# what it is asked, or those that systemd-resolved asks itself.
copy_servers() {
  if servers_of /etc/resolv.conf; then return 0; fi
  if [ $# -gt 0 ]; then
    printf 'nameserver %s\n' "$1" >>"$run/resolv.conf"
  elif ! servers_of /run/systemd/resolve/resolv.conf; then
    printf 'boxes: %s: the host has no name server but on its loopback, which the box does not reach\n' "$name" >&2
    printf '  help: name others in dns\n' >&2
  fi
}

# servers_of FILE: becomes the box's, without what it does not reach; fails when no server is left.
servers_of() {
  found=no
  [ -r "$1" ] || return 1
  while read -r key value || [ -n "$key" ]; do
    case $key:$value in
      nameserver:127.* | nameserver:::1) continue ;;
      nameserver:*) found=yes ;;
    esac
    printf '%s %s\n' "$key" "$value"
  done <"$1" >"$run/resolv.conf"
  [ "$found" = yes ]
}
