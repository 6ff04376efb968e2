# Limits are written to the files of a group of v2.
. /src/library

written() {
  box limits up -d
  expect "$(group limits cpu.max)" is '50000 100000'
  expect "$(cat "$groups/boxes-limits.scope/cpu.weight")" is 20
  expect "$(group limits cpuset.cpus)" is 0
  expect "$(group limits cpuset.mems)" is 0
  expect "$(group limits memory.max)" is $((64 << 20))
  expect "$(group limits memory.high)" is $((48 << 20))
  expect "$(group limits memory.low)" is $((32 << 20))
  expect "$(group limits memory.swap.max)" is $((16 << 20))
  expect "$(group limits pids.max)" is 30
}
try 'cpu, cpuset, memory and pids' written

disk() {
  number=$(cat /sys/block/vda/dev)
  expect "$(cat "$groups/boxes-limits.scope/io.weight")" is 'default 300'
  expect "$(group limits io.max)" is "$number rbps=3145728 wbps=max riops=max wiops=200"
}
try 'the disk, by its number' disk

placed() {
  expect "$(box limits enter grep Cpus_allowed_list /proc/self/status)" like '*	0'
  pid=$(box limits status)
  expect "$(grep Cpus_allowed_list "/proc/${pid#* }/status")" like '*	0'
}
try 'its processes are on the processor of its cpuset' placed

seen() {
  expect "$(box limits enter cat /sys/fs/cgroup/memory.max)" is $((64 << 20))
  code=0
  box limits enter sh -c 'echo max >/sys/fs/cgroup/memory.max' || code=$?
  expect "$code" above 0
  expect "$(group limits memory.max)" is $((64 << 20))
}
try 'inside they can be read and not be changed' seen

box limits down -t 0
