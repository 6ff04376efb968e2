# Volumes with mapped owners, by mount of util-linux 2.41.
. /src/library

mkdir -m 700 /var/tmp/idmap
: >/var/tmp/idmap/file
chown 5:6 /var/tmp/idmap/file

owners() {
  expect "$(box idmap up --rm 2>"$scratch/err")" is '0:0
5:6
5:6
0'
  expect "$(cat "$scratch/err")" like '*/read/new*Read-only*'
  expect "$(stat -c %u:%g /var/tmp/idmap/new)" is 0:0
}
try 'owners on the disk are those of the box' owners

refused() { expect "$(box idmap-proc up --rm 2>&1)" like '*volumes?0?: its owners could not be mapped: see above*help:*'; }
try 'a file system that cannot is refused' refused
rm -r /var/tmp/idmap
