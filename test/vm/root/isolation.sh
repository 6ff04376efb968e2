# What a box sees, and what it may do.
. /src/library

box long up -d
pid=$(box long status) pid=${pid#* }

namespaces() {
  for kind in mnt pid net ipc uts cgroup; do
    inside=$(box long enter readlink /proc/self/ns/$kind)
    expect "$inside" is "$(readlink "/proc/$pid/ns/$kind")"
    [ "$inside" != "$(readlink /proc/self/ns/$kind)" ] || { echo "$kind is the host's"; return 1; }
  done
  expect "$(box long enter hostname)" is long
  expect "$(box long enter ip -br link | cut -d' ' -f1)" is lo
  expect "$(box long enter sh -c 'echo /proc/[0-9]*' | wc -w)" below 4
}
try 'namespaces of its own, for what enters, too' namespaces

# status FIELD: of the box's first process
status_of() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$pid/status"; }

privileges() {
  # docker's default without CAP_MKNOD: v2 has no device rules here.
  expect "$(status_of CapBnd)" is 00000000a00425fb
  expect "$(status_of CapEff)" is 00000000a00425fb
  expect "$(status_of CapInh)" is 0000000000000000
  expect "$(status_of CapAmb)" is 0000000000000000
  expect "$(status_of NoNewPrivs)" is 1
  for field in CapBnd CapEff NoNewPrivs Seccomp; do
    expect "$(box long enter sed -n "s/^$field:[[:space:]]*//p" /proc/self/status)" is "$(status_of $field)"
  done
}
try 'docker has the same default capabilities, but CAP_MKNOD; no new privileges' privileges

filtered() {
  expect "$(status_of Seccomp)" is 2
  code=0
  said=$(box long enter unshare --user true 2>&1) || code=$?
  expect "$code" above 0
  expect "$said" like '*Operation not permitted*'
}
try 'the filter of system calls is there' filtered

nodes() {
  code=0
  box long enter mknod /tmp/vda b 254 0 || code=$?
  expect "$code" above 0
  expect "$(box long enter find /dev -type b)" is ''
}
try 'no device node can be made, and there is none of a disk' nodes

masked() {
  expect "$(box long enter sh -c 'wc -c </proc/timer_list')" is 0
  code=0
  box long enter sh -c 'echo 1 >/proc/sys/kernel/sysrq' || code=$?
  expect "$code" above 0
}
try 'masked and read-only paths of /proc' masked

no_host() {
  expect "$(box long enter sh -c 'ls /dev/.old 2>&1 || :')" like '*No such file*'
  expect "$(box long enter grep -c boxes-vm /proc/self/mountinfo || :)" is 0
}
try 'the host is out of reach' no_host

layer() {
  box long enter sh -c 'echo changed >/etc/hostid; rm /etc/issue'
  [ -e /etc/issue ]
  [ ! -e /etc/hostid ]
}
try 'what it writes and removes is so in its layer only' layer

box long down -t 0

interpreter() {
  before_sum=$(sha256sum </usr/bin/perl)
  mkdir /var/tmp/boxes-attack
  cp "$here/attack" /var/tmp/boxes-attack
  chmod 755 /var/tmp/boxes-attack/*
  box attack up --rm || :
  said=$(cat /var/tmp/boxes-attack/result)
  rm -r /var/tmp/boxes-attack
  expect "$said" like '*Read-only file system*'
  expect "$(sha256sum </usr/bin/perl)" is "$before_sum"
}
try 'an entry point #!/proc/self/exe cannot write the interpreter of the host (CVE-2019-5736)' interpreter
