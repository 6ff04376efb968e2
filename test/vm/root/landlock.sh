# Landlock, by setpriv of util-linux 2.41: what a box may do with files, and what an image cannot make of it.
. /src/library

place=/var/tmp/landlock
mkdir -p "$place/secret" "$place/other"
echo kept >"$place/secret/file"
: >"$place/other/name"
ln -s "$place/secret" "$place/absolute"
ln -s ../../../../../../../../var/tmp/landlock/other "$place/relative"
ln -s /proc/self/fd/3/var/tmp/landlock/secret "$place/magic"
ln -s / "$place/host-root"

# all NAME: what the box says, both streams.
all() { box "$1" up --rm 2>&1; }

links() {
  expect "$(all landlock-links)" is "kept
name
cat: /vol/file: Permission denied
ls: cannot open directory '/vol': Permission denied
cat: /etc/passwd: Permission denied"
}
try 'a rule for a link is one for what it means in the box: neither the host nor a volume has it' links

magic() {
  expect "$(all landlock-magic)" like '*landlock: /var/tmp/landlock/magic: a link that leads out of the box, or in a circle*'
}
try 'a link by way of /proc is refused' magic

# shellcheck disable=SC2016 # perl
weaker() {
  sed 's/pack("QQQ", $path, 0, 0x12)/pack("QQQ", $path, 0, 0)/' "$here/programs/landlock-magic" >"$scratch/weaker"
  expect "$(sh "$scratch/weaker" up --rm 2>&1)" is kept
}
try 'and would be a way out' weaker

file() { expect "$(all landlock-file)" like '*landlock: /etc/passwd is no directory, so read-file,read-dir is too much*'; }
try 'a file takes no rights of directories' file

command() {
  code=0
  said=$(all landlock-command) || code=$?
  expect "$code" is 126
  expect "$said" like '*true: Permission denied (landlock: it and its interpreter need execute and read-file)'
}
try 'a command that may not be executed: 126, and why' command

volumes() {
  expect "$(all landlock-volumes)" is "cat: /vol/usr/bin/perl: Permission denied
sh: 1: /vol/usr/bin/true: Permission denied
cat: /vol/secret/file: Permission denied
sh: 1: cannot create /vol/secret/file: Permission denied
file"
}
try "the rule of the host's tools gives the box nothing" volumes

root() { expect "$(all landlock-root)" like "*landlock: /vol holds the host's root*"; }
try "a volume that is the host's root is refused" root

mounting() {
  expect "$(all landlock-mount)" like 'mount: *permission denied*
kept'
}
try 'what is not denied is as ever, but nothing mounts' mounting

user() {
  code=0
  said=$(all landlock-user) || code=$?
  expect "$code" is 7
  expect "$said" is '65534
65534 60
/deep/er
0027
99
line
  two,,/nonexistent
cat: /etc/passwd: Permission denied'
}
try 'user, groups, directory, umask, limits, environment, init, status' user

users() {
  expect "$(all landlock-users)" is '0
cat: /etc/passwd: Permission denied'
}
try 'in a user namespace' users

enter() {
  box landlock-enter up -d
  expect "$(box landlock-enter enter -u nobody -w /mnt sh -c 'id -u; pwd; cat /etc/passwd' 2>&1)" is '65534
/mnt
cat: /etc/passwd: Permission denied'
  expect "$(box landlock-enter enter sh -c 'echo kept >/mnt/new; cat /mnt/new; rm /mnt/new' 2>&1)" is "kept
rm: cannot remove '/mnt/new': Permission denied"
  expect "$(box landlock-enter enter -t sh -c 'test -t 0 && echo terminal')" like 'terminal*'
  # 3 is ls's own.
  # shellcheck disable=SC2016 # the shell of the box
  expect "$(box landlock-enter enter sh -c 'echo $(ls /proc/self/fd)')" is '0 1 2 3'
  read -r pid _ </run/boxes/landlock-enter/init
  expect "$(cd "/proc/$pid/fd" && echo *)" is '0 1 2'
  code=0
  box landlock-enter enter sh -c 'exit 9' || code=$?
  expect "$code" is 9
}
try 'enter: the same rules, and no handle is left' enter
box landlock-enter down -t 0
rm -r "$place"
