# What may befall a scope: somebody ends it, the bus is away, up is killed on its way, or two begin at once.
. /src/library

is() { case $(box long status || :) in "$1"*) ;; *) return 1 ;; esac; }

nothing() {
  expect "$(box long status || :)" is absent
  [ ! -e "$groups/boxes-long.scope" ]
  expect "$(systemctl is-active boxes-long.scope || :)" is inactive
}

ended() {
  box long up -d
  systemctl stop boxes-long.scope
  until_so 10 is exited
  box long up -d
  is running
  systemctl kill --signal=KILL boxes-long.scope
  until_so 10 is exited
  box long down -t 0
  nothing
}
try 'a scope that the operator stops or kills: the box has exited, and begins again' ended

no_bus() {
  code=0
  DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere box long up -d 2>"$scratch/error" || code=$?
  cat "$scratch/error"
  expect "$code" is 125
  grep -q 'systemd gives no control group: ' "$scratch/error"
  grep -q '  help: ' "$scratch/error"
  nothing
}
try 'without the bus up says so, and leaves nothing' no_bus

killed() {
  for moment in 0.2 0.5 0.9 1.4 2 3; do
    box long up -d &
    up=$!
    sleep "$moment"
    pkill -KILL -P "$up" || :
    kill -KILL "$up" || :
    wait "$up" || :
    box long down -t 0
    nothing
  done
}
try 'up that is killed, at six moments: down leaves nothing' killed

two() {
  box long up -d >"$scratch/one" 2>&1 &
  one=$!
  box long up -d >"$scratch/other" 2>&1 &
  other=$!
  codes=''
  for up in "$one" "$other"; do
    code=0
    wait "$up" || code=$?
    codes="$codes $code"
  done
  cat "$scratch/one" "$scratch/other"
  expect "$codes" like ' *0*'
  expect "$codes" like ' *125*'
  is running
  box long down -t 0
  nothing
}
try 'of two that begin at once one is the box, the other is told so' two
