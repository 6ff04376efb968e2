# ---- The lock, where flock is not there -----------------------------------------------------------

# A link is made by one only, and names its owner: pid, start time and boot. One whose owner is gone is nobody's.
acquire() {
  identify "$$"
  owner="$$ $started $boot_id" misses=0
  until said=$(ln -sn "$owner" "$run_root/.lock" 2>&1); do
    held=$(readlink "$run_root/.lock") || held=''
    [ "$held" != "$owner" ] || break
    # Nobody has it, and it is not to be had: the disk is full, or who took it away from a dead owner was killed then.
    if owned "$held"; then misses=0; else misses=$((misses + 1)); fi
    [ "$misses" -lt 500 ] || die 125 "the lock of all boxes cannot be taken: $said" "if nothing of boxes runs, remove $run_root/.lock*"
    [ "$misses" -eq 0 ] || abandon "$held"
    sleep 0.02
  done
}
release() { rm -f "$run_root/.lock"; }

# owned OWNER: the process is still that one.
owned() {
  pid=${1%% *} born=${1#* }
  [ "${born#* }" = "$boot_id" ] && identify "$pid" && [ "$started" = "${born%% *}" ]
}

# abandon OWNER: one alone takes this owner's link away; those who come late find another, and leave it.
abandon() {
  [ -n "$1" ] || return 0
  mkdir "$run_root/.lock.${1%% *}" 2>/dev/null || return 0
  [ "$(readlink "$run_root/.lock")" != "$1" ] || rm -f "$run_root/.lock"
  rmdir "$run_root/.lock.${1%% *}"
}
