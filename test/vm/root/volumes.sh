# Directories of the host, and memory that looks like a disk.
. /src/library

mkdir /var/tmp/boxes-volume
echo here >/var/tmp/boxes-volume/file
box volumes up -d

shown() {
  expect "$(box volumes enter cat /data/file)" is here
  box volumes enter sh -c 'echo there >/data/back'
  expect "$(cat /var/tmp/boxes-volume/back)" is there
}
try 'a volume is written from both sides' shown

read_only() {
  code=0
  said=$(box volumes enter sh -c 'echo x >/data-ro/file' 2>&1) || code=$?
  expect "$code" above 0
  expect "$said" like '*Read-only file system*'
  expect "$(cat /var/tmp/boxes-volume/file)" is here
}
try 'a read-only one is not' read_only

full() {
  code=0
  said=$(box volumes enter dd if=/dev/zero of=/scratch/much bs=64k count=32 2>&1) || code=$?
  expect "$code" above 0
  expect "$said" like '*No space left*'
}
try 'a tmpfs has its size' full

box volumes down -t 0

kept() { expect "$(cat /var/tmp/boxes-volume/back)" is there; }
try 'down leaves what is in a volume' kept
rm -r /var/tmp/boxes-volume
