# ---- The log, by the tools of coreutils ---------------------------------------------------------

# Exactly $log_bytes bytes and not one more. head by itself would keep back what is short until there is more.
take() {
  stdbuf -o0 head -c "$log_bytes"
}

# It ends when PID 1 does.
follow() {
  exec tail -n "$1" --pid="$pid" -F -- "$data/log" 2>/dev/null
}
