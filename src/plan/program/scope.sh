# ---- Where systemd owns the control groups -------------------------------------------------------
# It makes a scope, and delegates it: what is below is ours, and neither a reload nor the end of a session touches it.

systemd() {
  busctl "$bus" call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager "$@"
}

# make_scope COUNT PROPERTY...: a scope of the calling process. Inner groups hold none (cgroups(7)): the box has one leaf, the keeper of the log another.
make_scope() {
  read -r me _ </proc/self/stat
  tries=0 count=$1
  shift
  # Under the lock, or the scope of an up that was killed could begin after the down that took all of it back.
  lock
  alive "$run/owner" || die 125 'up was ended'
  until answer=$(systemd StartTransientUnit 'ssa(sv)a(sa(sv))' "$scope" fail "$((count + 6))" Description s "the box $name" Slice s boxes.slice \
    Delegate b true PIDs au 1 "$me" CollectMode s inactive-or-failed TimeoutStopUSec t "${grace}0000" "$@" 0 2>&1); do
    # That of a box which has just ended is there for a moment.
    case $answer in *already*) ;; *) tries=100 ;; esac
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || die 125 "systemd gives no control group: $answer" 'boxes doctor tells what this machine has'
    sleep 0.05
  done
  unlock
  group=${cgroups%/box}
  tries=0
  until grep -qx "$me" "$group/cgroup.procs" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 1000 ] || die 125 "systemd has not put the box into its scope $scope within 10 s" "systemctl $bus status $scope tells what it waits for"
    sleep 0.01
  done
  mkdir "$cgroups" "$group/log"
  printf '0\n' >"$group/log/cgroup.procs"
}

# The scope is systemd's to remove: it would keep the unit of a group that went behind its back.
end_scope() {
  group=${cgroups%/box}
  tries=0
  while [ -d "$group" ] && [ "$tries" -lt 100 ]; do
    [ "$tries" -ne 0 ] || systemd StopUnit ss "$scope" fail >/dev/null 2>&1 || :
    tries=$((tries + 1))
    sleep 0.02
  done
  [ ! -d "$group" ] || { printf 'boxes: %s: systemd keeps the scope %s: systemctl %s status %s tells why\n' "$name" "$scope" "$bus" "$scope" >&2; return 1; }
}

# Of an ordinary user only systemd may move what is in another unit.
attach() {
  read -r me _ </proc/self/stat
  systemd AttachProcessesToUnit ssau "$scope" /box 1 "$me" >/dev/null
}
