# The power fails while a box runs.
. /src/library

if [ "$boot" = 1 ]; then
  box long up -d
  box long enter sh -c 'echo kept >/root/note'
  power_cut
fi

found() {
  expect "$(box long status || :)" is 'exited unknown'
  [ ! -e "$groups/boxes-long.scope" ]
}
try 'after a power cut a box is exited' found

goes_on() {
  box long up -d
  expect "$(box long status)" like 'running *'
  expect "$(box long enter cat /root/note)" is kept
  box long down -t 0
}
try 'up goes on with its layer' goes_on
