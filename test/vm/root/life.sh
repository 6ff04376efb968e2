# A box from up to down, and what it says when it ends.
. /src/library

words() {
  code=0
  said=$(box hello up --rm) || code=$?
  expect "$said" is 'Hello from hello, where I am process 1.'
  expect "$code" is 7
}
try 'up passes on what the command says, and its status' words

killed() {
  code=0
  box killed up --rm || code=$?
  expect "$code" is 137
}
try 'a command that dies of SIGKILL: 137' killed

missing() {
  code=0
  box absent up --rm || code=$?
  expect "$code" is 127
}
try 'a command that is not there: 127' missing

detached() {
  expect "$(box long up -d)" is long
  expect "$(box long status)" like 'running *'
  until_so 5 grep -qx begun /var/lib/boxes/boxes/long/log
  expect "$(box long logs)" is begun
}
try 'up -d leaves it running, and keeps what it says' detached

entered() {
  expect "$(box long enter hostname)" is long
  code=0
  box long enter sh -c 'exit 9' || code=$?
  expect "$code" is 9
  code=0
  box long enter /no/such/command || code=$?
  expect "$code" is 127
  code=0
  box long enter /etc/passwd || code=$?
  expect "$code" is 126
}
try 'enter runs one more command in it, and has its status' entered

in_group() {
  expect "$(box long enter cat /proc/self/cgroup)" is '0::/'
  pid=$(box long status)
  expect "$(cat "/proc/${pid#* }/cgroup")" is '0::/boxes.slice/boxes-long.scope/box'
}
try 'what enters is in the group of the box, which is the root of all it sees' in_group

stopped() {
  box long stop -t 0
  expect "$(box long status || :)" is 'exited 137'
  box long up -d
  box long down -t 0
  expect "$(box long status || :)" is absent
}
try 'after stop it is exited and goes on with up; after down it is absent' stopped
