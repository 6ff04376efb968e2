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
