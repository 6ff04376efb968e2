# Limits hold: what the kernel counts of them.
. /src/library

# count NAME FILE KEY
count() { group "$1" "$2" | sed -n "s/^$3 //p"; }
counted() { [ "$(count "$@")" -gt 0 ]; }

throttled() {
  box busy up -d
  sleep 1
  from=$(count busy cpu.stat usage_usec) began=$(date +%s%N)
  sleep 3
  used=$(($(count busy cpu.stat usage_usec) - from)) passed=$((($(date +%s%N) - began) / 1000))
  expect "$(count busy cpu.stat nr_throttled)" above 5
  expect "$((used * 100 / passed))" above 15
  expect "$((used * 100 / passed))" below 35
  box busy down -t 0
}
try 'a busy loop has a quarter of a processor' throttled

shared() {
  box heavy up -d
  box light up -d
  heavy=$(count heavy cpu.stat usage_usec) light=$(count light cpu.stat usage_usec)
  sleep 4
  heavy=$(($(count heavy cpu.stat usage_usec) - heavy)) light=$(($(count light cpu.stat usage_usec) - light))
  expect "$((heavy * 10 / light))" above 30
  box heavy down -t 0
  box light down -t 0
}
try 'of two on one processor the one with eight times the weight gets the most' shared

eaten() {
  code=0
  box eater up || code=$?
  expect "$code" is 137
  expect "$(sed -n "s/^oom_kill //p" /run/boxes/eater/exit)" above 0
  expect "$(box eater status || :)" is 'exited 137'
  box eater down
}
try 'who wants more memory than there is for it is killed: 137, and it is told' eaten

pressed() {
  box pressed up -d
  until_so 20 counted pressed memory.events high
  expect "$(box pressed status)" like 'running *'
  expect "$(count pressed memory.events oom_kill)" is 0
  box pressed down -t 0
}
try 'above memory.high it is slowed down, not killed' pressed

bombed() {
  box bomb up -d
  until_so 10 counted bomb pids.events max
  expect "$(group bomb pids.current)" below 21
  box bomb down -t 0
}
try 'a fork bomb stops at pids.max' bombed

slowed() {
  mkdir /var/tmp/boxes-disk
  said=$(box disk up --rm 2>&1)
  rm -r /var/tmp/boxes-disk
  seconds=$(printf '%s\n' "$said" | sed -n 's/.*copied, \([0-9]*\).*/\1/p')
  expect "$seconds" above 1
}
try 'three megabytes at one a second take more than two seconds' slowed
