# A user namespace: the box's root is nobody outside; its root file system is an idmapped mount.
. /src/library

box userns up -d
pid=$(box userns status) pid=${pid#* }

mapped() {
  expect "$(tr -s ' ' <"/proc/$pid/uid_map")" is ' 0 300000 65536'
  expect "$(stat -c %u "/proc/$pid")" is 300000
  expect "$(box userns enter id -u)" is 0
}
try 'root inside is 300000 outside' mapped

lower() {
  expect "$(box userns enter stat -c %u /etc/passwd)" is 0
  box userns enter sh -c 'echo mine >/etc/mine'
  expect "$(stat -c %u /var/lib/boxes/boxes/userns/upper/etc/mine)" is 300000
}
try 'files of root belong to root inside' lower

harmless() {
  code=0
  box userns enter sh -c 'echo x >/proc/sys/kernel/core_pattern' || code=$?
  expect "$code" above 0
}
try 'it may change nothing of the machine' harmless

box userns down -t 0
