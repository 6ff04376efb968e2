# Boxes where perl cannot be started: setpriv loads the filter, capsh launches.
# shellcheck disable=SC2016 # for the shell in the box
. /src/library

no_perl() {
  ! perl -e 1
}
try 'there is no perl' no_perl

foreground() {
  status=0
  said=$(box root up --rm) || status=$?
  expect "$status" is 5
  expect "$said" like "*NoNewPrivs:*1*Seccomp:*2*4*Operation not permitted*0::/"
}
try 'up runs as root of the box, behind the filter, in its group' foreground

detached() {
  expect "$(box confined up -d)" is confined
  until_so 10 logged
  expect "$(box confined enter sh -c 'id -u; id -G; ulimit -n; echo "$GREETING"')" is "33
33 44
100
it's
here"
  entered=$(box confined enter cat /proc/self/status)
  expect "$entered" like '*CapPrm:?0000000000000000*CapBnd:?0000000000000000*NoNewPrivs:?1*Seccomp:?2*'
  expect "$(box confined enter -u 0:0 id -u)" is 0
  expect "$(group confined memory.max)" is 67108864
  box confined stop
  status=0
  said=$(box confined status) || status=$?
  expect "$said" is 'exited 7'
  box confined down
}
logged() { [ "$(box confined logs)" = begun ]; }
try 'up -d, logs, enter, stop, down' detached
