# systemd owns the tree of control groups; a box lives in a scope that it has delegated.
. /src/library

as_before() {
  expect "$(box limits status)" is "$was"
  expect "$(group limits memory.max)" is $((64 << 20))
  expect "$(group limits cpu.max)" is '50000 100000'
  expect "$(group limits cgroup.controllers)" is "$controllers"
  expect "$(box limits enter hostname)" is limits
}

begin() {
  box limits up -d
}
try 'a box with limits is up' begin
was=$(box limits status) controllers=$(group limits cgroup.controllers)

reload() {
  systemctl daemon-reload
  as_before
}
try 'it survives daemon-reload, with its limits' reload

reexec() {
  systemctl daemon-reexec
  as_before
}
try 'it survives daemon-reexec, with its limits' reexec

units() {
  systemctl set-property --runtime system.slice CPUWeight=50
  systemctl start --wait systemd-tmpfiles-clean.service
  systemctl revert system.slice
  as_before
}
try 'it survives what systemd does with other groups' units
box limits down -t 0

gone() { ! pgrep -f "$1"; }

# To end a session is to stop its scope: what is in that group is killed.
session() {
  su -l root -c "cat /proc/self/cgroup; sleep 2002 & sh $here/programs/talker up -d" >"$scratch/session"
  scope=$(head -n 1 "$scratch/session") scope=${scope##*/}
  expect "$scope" like 'session-*.scope'
  systemctl stop "$scope"
  until_so 5 gone 'sleep 200[2]'
  expect "$(box talker status)" like 'running *'
}
try 'up -d of a login session of root outlives that' session

talks() {
  lines=$(box talker logs | wc -l)
  sleep 2
  expect "$(box talker logs | wc -l)" above "$lines"
  expect "$(box talker status)" like 'running *'
}
try 'and what it says is kept' talks
box talker down -t 0

# hers SCRIPT: in a login session of an ordinary user, whose own systemd goes on without it (linger).
hers() { su -l anna -c "cat /proc/self/cgroup; sh /src/user/programs/limited $1"; }

session_of_anna() {
  hers 'up -d' >"$scratch/session"
  scope=$(head -n 1 "$scratch/session") scope=${scope##*/}
  expect "$scope" like 'session-*.scope'
  # It ends by itself, unless something of it is left.
  if systemctl is-active --quiet "$scope"; then systemctl stop "$scope"; fi
  expect "$(hers status | tail -n 1)" like 'running *'
  expect "$(hers 'enter id -u' | tail -n 1)" is 0
  hers 'down -t 0'
}
try 'up -d of a login session of an ordinary user outlives that' session_of_anna
