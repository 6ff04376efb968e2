#!/bin/sh
# Landlock in real boxes, where util-linux is 2.40 or newer and the kernel lists landlock: scripts/vm test/vm/landlock.sh
set -u
boxes=$(cd "$(dirname "$0")/../.." && pwd)/bin/boxes
place=$(mktemp -d)
chmod 755 "$place"
export BOXES_RUN="$place/run" BOXES_ROOT="$place/lib"
failed=0 number=0
cd "$place" || exit

# is NAME WANTED GOT
is() {
  if [ "$2" = "$3" ]; then printf 'ok %s\n' "$1"; else
    failed=1
    printf 'not ok %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
  fi
}

# has NAME PATTERN GOT
has() {
  # shellcheck disable=SC2254 # a pattern
  case $3 in $2) printf 'ok %s\n' "$1" ;; *)
    failed=1
    printf 'not ok %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
    ;;
  esac
}

# spec: standard input, with the root added; sets $spec and $name.
spec() {
  number=$((number + 1))
  name=landlock-test-$number
  spec=$place/$name.yaml
  { printf 'name: %s\nrootfs: %s/image\n' "$name" "$place"; cat; } >"$spec"
}

# once: runs the spec in the foreground, prints what it says and its status, and takes it down.
once() {
  "$boxes" plan "$spec" >"$place/$name.sh" && sh "$place/$name.sh" up --rm 2>&1 </dev/null
}

# A hostile image: links by name and by /proc out of it; a directory of a name that the host has, too.
mkdir -p image/bin image/etc image/proc image/dev image/sys image/tmp "image$place/secret" secret
cp "$(command -v busybox)" image/bin/busybox
for tool in sh cat ls id mkdir mount ln touch sleep stat test tty rm chmod; do ln -s busybox "image/bin/$tool"; done
printf 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/:/bin/sh\n' >image/etc/passwd
printf 'root:x:0:\nuser:x:1000:\n' >image/etc/group
echo "the host's" >secret/file
echo "the image's" >"image$place/secret/file"
ln -s "$place/secret" image/absolute
ln -s "../../../../../../../..$place/secret" image/relative
ln -s /proc/1/root/etc image/magic
ln -s /proc/self/cwd image/magic2
ln -s circle image/circle
programs='{path: /bin, access: [execute, read-file]}'

for link in absolute relative; do
  spec <<END
volumes: [$place/secret:/vol]
landlock: {rules: [$programs, {path: /$link, access: [read-file]}]}
command: [sh, -c, "cat /vol/file; cat $place/secret/file; cat /etc/passwd; true"]
END
  is "a link of the image ($link) stays in the image" "cat: can't open '/vol/file': Permission denied
the image's
cat: can't open '/etc/passwd': Permission denied" "$(once)"
done

for link in magic magic2 circle; do
  spec <<END
landlock: {rules: [$programs, {path: /$link, access: [read-file]}]}
command: [cat, /etc/passwd]
END
  has "a link that leads out ($link) is refused" "*landlock: /$link: a link that leads out of the box, or in a circle*" "$(once)"
done

spec <<END
landlock: {rules: [$programs, {path: /none, access: [read-file]}]}
command: [sh]
END
has 'a place that is not there is refused' '*landlock: /none: No such file or directory*' "$(once)"

spec <<END
landlock: {rules: [$programs, {path: /etc/passwd, access: [read-file, read-dir]}]}
command: [sh]
END
has 'a file takes no rights of directories' '*landlock: /etc/passwd is no directory*' "$(once)"

spec <<END
landlock: {rules: [{path: /etc, access: [read-file]}]}
command: [sh]
END
has 'a command that may not be executed: 126, and why' '*sh: Permission denied (landlock: *' "$(once)"
once >/dev/null
is 'its status' 126 $?

spec <<END
volumes: [/usr:/vol/usr:ro, $place/secret:/vol/secret]
landlock: {access: [read-file, write-file, execute], rules: [$programs]}
command: [sh, -c, "cat /vol/usr/bin/perl /vol/secret/file; echo x >>/vol/secret/file; /vol/usr/bin/true; ls /vol/secret"]
END
is "the rule for the host's root gives the box nothing" "cat: can't open '/vol/usr/bin/perl': Permission denied
cat: can't open '/vol/secret/file': Permission denied
sh: can't create /vol/secret/file: Permission denied
sh: /vol/usr/bin/true: Permission denied
file" "$(once)"

ln -s / host-root
spec <<END
volumes: [$place/host-root:/vol:ro]
landlock: {rules: [$programs]}
command: [sh]
END
has "a volume that is the host's root is refused" "*landlock: /vol holds the host's root*" "$(once)"

spec <<END
cap_add: [SYS_ADMIN]
seccomp: unconfined
landlock: {access: [make-sock]}
command: [sh, -c, "mount -t tmpfs none /tmp; cat /etc/group"]
END
is 'what is not denied is as ever, but nothing mounts' 'mount: permission denied (are you root?)
root:x:0:
user:x:1000:' "$(once)"

spec <<END
user: user
working_dir: /deep/er
init: true
umask: "0027"
ulimits: {nofile: 99}
environment: {A: "line
  two", B: ""}
landlock: {rules: [$programs, {path: /tmp, access: [write-file, make-reg]}]}
command: [sh, -c, "id -u; pwd; umask; ulimit -n; echo \"\$\$A,\$\$B,\$\$HOME\"; exit 7"]
END
is 'user, directory, umask, limits, environment, init' '1000
/deep/er
0027
99
line two,,/' "$(once)"

spec <<END
uidMappings: [{containerID: 0, hostID: 300000, size: 65536}]
gidMappings: [{containerID: 0, hostID: 300000, size: 65536}]
landlock: {rules: [$programs]}
command: [sh, -c, "id -u; cat /etc/passwd; true"]
END
is 'in a user namespace' "0
cat: can't open '/etc/passwd': Permission denied" "$(once)"

spec <<END
landlock:
  rules:
    - $programs
    - {path: /tmp, access: [read-file, read-dir, write-file, make-reg]}
    - {path: /dev/null, access: [write-file]}
tty: false
command: [sleep, "1000"]
END
"$boxes" up -d "$spec" >/dev/null 2>&1
is 'enter: the same rules' "1000
cat: can't open '/etc/passwd': Permission denied
/tmp
kept" "$("$boxes" enter -u user -w /tmp "$name" sh -c 'id -u; cat /etc/passwd; pwd' 2>&1 </dev/null; "$boxes" enter "$name" sh -c 'echo kept >/tmp/kept; cat /tmp/kept' 2>&1 </dev/null)"
is 'enter: a status' 9 "$("$boxes" enter "$name" sh -c 'exit 9' </dev/null; echo $?)"
has 'enter: a terminal' '*not a tty*' "$("$boxes" enter -T "$name" tty 2>&1 </dev/null)"
has 'enter: a terminal of its own' '*/dev/pts/0*' "$("$boxes" enter -t "$name" sh -c 'ls -l /proc/self/fd/0 2>&1; test -t 0 && echo /dev/pts/0' 2>&1 </dev/null)"
# shellcheck disable=SC2016 # the shell of the box
is 'no handle is left' '0 1 2 ' "$("$boxes" enter "$name" sh -c 'for n in 0 1 2 3 4 5 6 7 8 9 62 63 64 65 66 67 68; do test -e /proc/self/fd/$n && printf "%s " $n; done' 2>&1 </dev/null)"
is 'the command has none either' '0 1 2' "$(read -r pid _ <"$BOXES_RUN/$name/init"; cd "/proc/$pid/fd" && echo *)"
"$boxes" down -t 0 "$name"

is 'nothing is left' '' "$(find "$BOXES_RUN" "$BOXES_ROOT/boxes" -mindepth 1; grep " $place" /proc/mounts)"
cd /
rm -rf "$place"
exit "$failed"
