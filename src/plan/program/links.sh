# ---- The lock, where flock is not there -----------------------------------------------------------

# A link is made by one only, and names its owner: pid, start time and boot. One whose owner is gone is nobody's.
acquire() {
  identify "$$"
  owner="$$ $started $boot_id"
  while ! ln -sn "$owner" "$run_root/.lock" 2>/dev/null; do
    held=$(readlink "$run_root/.lock") || continue
    [ "$held" != "$owner" ] || break
    owned "$held" || abandon "$held"
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
  mkdir "$run_root/.lock.${1%% *}" 2>/dev/null || return 0
  [ "$(readlink "$run_root/.lock")" != "$1" ] || rm -f "$run_root/.lock"
  rmdir "$run_root/.lock.${1%% *}"
}
