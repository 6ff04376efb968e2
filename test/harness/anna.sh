#!/bin/sh
# anna.sh DIRECTORY COMMAND...: as the ordinary user anna, of whom the machine knows nothing: her name, her ids, and a /dev/fuse and a
# /dev/net/tun that she may use are in a mount namespace of the command's own. PATH is meant for the command.
directory=$1 path=$PATH
PATH=/usr/sbin:/usr/bin:/sbin:/bin
shift
exec unshare --mount -- sh -c '
  directory=$1 path=$2
  shift 2
  mount -t tmpfs tmpfs /mnt
  { cat /etc/passwd; echo "anna:x:4242:4242:anna:$directory:/bin/sh"; } >/mnt/passwd
  { cat /etc/group; echo "anna:x:4242:"; } >/mnt/group
  echo anna:1000000:65536 >/mnt/subid
  mknod -m 666 /mnt/fuse c 10 229
  mknod -m 666 /mnt/tun c 10 200
  for pair in passwd:/etc/passwd group:/etc/group subid:/etc/subuid subid:/etc/subgid fuse:/dev/fuse tun:/dev/net/tun; do
    mount --bind "/mnt/${pair%%:*}" "${pair#*:}" || exit
  done
  exec setpriv --reuid 4242 --regid 4242 --clear-groups --inh-caps=-all -- env "PATH=$path" "$@"' sh "$directory" "$path" "$@"
