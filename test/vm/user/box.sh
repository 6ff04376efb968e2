# A box of an ordinary user, in the part of the control groups that is hers.
. /src/library

foreground() {
  said=$(box whole up --rm)
  expect "$said" like "0*100000*/new"
}
try 'the userland of the host, in the foreground' foreground

detached() {
  box limited up -d
  expect "$(box limited status)" like 'running *'
  expect "$(box limited enter id -u)" is 0
}
try 'a box in the background, and enter' detached

limits() {
  expect "$(group limited memory.max)" is 67108864
  expect "$(group limited memory.swap.max)" is 0
  expect "$(group limited cpu.max)" is '20000 100000'
  expect "$(group limited cpuset.cpus)" is 1
  expect "$(group limited pids.max)" is 30
}
try 'its limits are written' limits

place() {
  read -r pid _ <"$XDG_RUNTIME_DIR/boxes/limited/init"
  expect "$(cat "/proc/$pid/cgroup")" like '*/user@1000.service/boxes.slice/boxes-limited.scope/box'
  expect "$(cat "$groups/boxes-limited.scope/cgroup.procs")" is ''
  expect "$(box limited enter cat /proc/self/cgroup)" is '0::/'
}
try 'no process in an inner group, and enter joins the box' place

throttled() {
  box limited enter perl -e '1 while time < $^T + 4'
  grep -q '^nr_throttled [1-9]' "$groups/boxes-limited.scope/box/cpu.stat"
}
try 'the processor limit bites' throttled

reload() {
  systemctl --user daemon-reload
  systemctl --user daemon-reexec
  expect "$(group limited memory.max)" is 67108864
  expect "$(box limited status)" like 'running *'
}
try 'a reload of her systemd leaves it alone' reload

stopped() {
  box limited stop
  expect "$(box limited status || :)" like 'exited *'
  box limited up -d
  expect "$(box limited status)" like 'running *'
  box limited down
  expect "$(box limited status || :)" is absent
}
try 'stop, up again at once, down' stopped

oom() {
  code=0
  box greedy up || code=$?
  expect "$code" is 137
  grep -q '^oom_kill [1-9]' "$XDG_RUNTIME_DIR/boxes/greedy/exit"
  box greedy down
}
try 'who takes more memory than it may is killed, and it is told' oom
