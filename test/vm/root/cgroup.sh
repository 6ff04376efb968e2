# The tree of control groups: who has which controllers, and how a group ends.
. /src/library

controllers() {
  box long up -d
  box limits up -d
  for level in /sys/fs/cgroup "$groups" "$groups/boxes-long.scope"; do
    for controller in cpu io memory pids; do
      expect " $(cat "$level/cgroup.subtree_control") " like "* $controller *"
    done
  done
  expect "$(group limits cgroup.controllers)" like 'cpuset cpu io memory *pids'
  expect "$(group long cgroup.controllers)" like '*cpu io memory *pids'
}
try 'controllers are enabled from the top down' controllers

leaves() {
  expect "$(cat "$groups/boxes-long.scope/cgroup.procs")" is ''
  expect "$(group long cgroup.procs | grep -c .)" above 1
  expect "$(group long cgroup.type)" is domain
}
try 'processes are in leaves only' leaves

frozen() {
  group_file=$(group_of long)
  echo 1 >"$group_file/cgroup.freeze"
  until_so 5 grep -qx 'frozen 1' "$group_file/cgroup.events"
  pid=$(box long status)
  expect "$pid" like 'running *'
  box long down -t 1
  expect "$(box long status || :)" is absent
  [ ! -e "$group_file" ]
}
try 'down of a frozen box' frozen

thawed() {
  box talker up -d
  echo 1 >"$(group_of talker)/cgroup.freeze"
  until_so 5 grep -qx 'frozen 1' "$(group_of talker)/cgroup.events"
  lines=$(box talker logs | wc -l)
  sleep 0.6
  expect "$(box talker logs | wc -l)" is "$lines"
  echo 0 >"$(group_of talker)/cgroup.freeze"
  sleep 1
  expect "$(box talker logs | wc -l)" above "$lines"
  box talker down -t 0
}
try 'a frozen box says nothing, and goes on when it is thawed' thawed

orphans() {
  box orphans up -d
  until_so 5 pgrep -f 'sleep 100[3]'
  box orphans down -t 0
  ! pgrep -af 'sleep 100[23]'
}
try 'down ends what the first process has left, by the group' orphans

# Without the signals to each process there is cgroup.kill alone.
by_the_file() {
  # shellcheck disable=SC2016 # the text of a program
  sed 's/kill -KILL "$pid"/false/' "$here/programs/orphans" >"$scratch/orphans"
  [ "$(grep -c '; false' "$scratch/orphans")" != 0 ]
  sh "$scratch/orphans" up -d
  until_so 5 pgrep -f 'sleep 100[3]'
  sh "$scratch/orphans" down -t 0
  ! pgrep -af 'sleep 100[23]'
}
try 'cgroup.kill alone ends them' by_the_file

box limits down -t 0
