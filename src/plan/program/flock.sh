# ---- The lock, by flock ---------------------------------------------------------------------------

# It is the run directory itself.
acquire() {
  exec 9<"$run_root"
  flock 9
}
release() { exec 9<&-; }
