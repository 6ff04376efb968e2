#!/bin/sh
# The box capabilities, from specs/capabilities.yaml (sha256 0000000000000000000000000000000000000000000000000000000000000000)
# usage: sh PROGRAM up [-d] [--rm] | enter [-e NAME=VALUE] [-u USER] [-w DIR] [-t|-T] [COMMAND...] |
#        stop [-t SECONDS] | down [-t SECONDS] | status | logs [-f] [-n N]
# exit status: 125 boxes itself, 126 the command cannot run, 127 it is not there, 128+n signal n, else its own
# shellcheck disable=SC2016,SC2034,SC2209,SC2317 # perl and spec text stand in single quotes; functions and variables may be a few too many
set -eu
umask 077
export LC_ALL=C PATH="${PATH:-/usr/bin:/bin}:/usr/sbin:/sbin"
unset PERL5OPT PERL5LIB PERLLIB PERL5DB PERLIO PERL_UNICODE CDPATH

name=capabilities
run_root=/run/boxes
run=/run/boxes/capabilities
data_root=/var/lib/boxes
data=/var/lib/boxes/boxes/capabilities
roots=/var/lib/boxes/roots
machine=x86_64
caller=0
trees=/sys/fs/cgroup
cgroups=/sys/fs/cgroup/boxes.slice/boxes-capabilities.scope/box
beside=/sys/fs/cgroup/boxes.slice/boxes-capabilities.scope/log
above=''
scope=boxes-capabilities.scope
bus=--system
own_root=yes
launcher=perl
pid_namespace=private
propagation=slave
tty=no
stop_signal=TERM
grace=1000
log_bytes=10485760

case $0 in /*) self=$0 ;; *) self=$PWD/$0 ;; esac
{ read -r boot_id </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot_id=unknown
trace=${BOXES_TRACE-}
# Debian's busybox runs its own unshare and mount before any program; they cannot do what is needed here.
if PATH=/dev/null command -v unshare >/dev/null; then
  for shell in /bin/dash /bin/bash; do [ ! -x "$shell" ] || exec "$shell" ${trace:+"$trace"} "$self" "$@"; done
  printf 'boxes: %s: this shell puts its own unshare and mount before those of util-linux\n' "$name" >&2
  printf '  help: run the program with another shell, such as dash or bash\n' >&2
  exit 125
fi

LAUNCHER='
# The launcher: the last host program before the program of the box. It keeps every capability until the exec,
# so nothing in the box can look through its /proc/PID/root, and it runs from a read-only view of the host.
# usage: perl -e LAUNCHER up|enter ROOT [COMMAND...]   ROOT: /proc/PID/root   fd 4: status out (up)   fd 8: records, each ended by NUL   fd 9: the group of v2, or its cgroup.procs (enter)
my ($verb, $root) = splice @ARGV, 0, 2;
my $up = $verb eq "up";
my $out; if ($up) { open $out, ">&=", 4 or die "boxes: no descriptor 4: $!" }
sub fail { my ($code, @text) = @_; my $line = join "", @text; $line =~ s/\n/ /g;
  $up ? syswrite $out, "$code $line\n" : print STDERR "boxes: $line\n"; exit $code }
open my $records, "<&=", 8 or fail 125, "no records: $!";
my (%the, %all);
{ local $/ = "\0"; while (<$records>) { chomp; my ($key, $value) = split /[ \n]/, $_, 2; $the{$key} = $value; push @{$all{$key}}, $value } }
close $records;
my %number = $the{arch} eq "aarch64"
  ? (keyctl => 219, setns => 268, getcwd => 17, setsid => 157, capget => 90, capset => 91, prctl => 167, prlimit => 261, setgroups => 159, setresgid => 149, setresuid => 147, seccomp => 277)
  : (keyctl => 250, setns => 308, getcwd => 79, setsid => 112, capget => 125, capset => 126, prctl => 157, prlimit => 302, setgroups => 116, setresgid => 119, setresuid => 117, seccomp => 317);
sub call { my $name = shift; syscall($number{$name}, @_) }
sub must { my $name = shift; call($name, @_) == -1 and fail 125, "$name: $!" }
sub attend { my ($child) = @_; $child == -1 and fail 125, "fork: $!"; $child or return;
  waitpid $child, 0; exit($? & 127 ? 128 + ($? & 127) : $? >> 8) }
# A session of its own: signals of the terminal outside stay with the caller; TIOCSCTTY for a terminal that is the box alone.
sub session { call("setsid"); !$the{tty} or ioctl STDIN, 0x540E, my $steal = 1 or fail 125, "controlling terminal: $!" }

# What `enter` changes arrives in the environment, which other users cannot read, unlike a command line.
my @environment = @{$all{env} || []};
if (!$up) {
  $the{user} = $ENV{enter_user} if defined $ENV{enter_user};
  $the{cwd} = $ENV{enter_cwd} if defined $ENV{enter_cwd};
  $the{tty} = $ENV{enter_tty};
  push @environment, $ENV{"enter_env_$_"} for 1 .. ($ENV{enter_env} || 0);
}
my %environment = map { split /=/, $_, 2 } @environment;
$environment{TERM} = "xterm" if $the{tty} && !exists $environment{TERM};

$SIG{$_} = "DEFAULT" for keys %SIG;
if (defined $the{oom}) { open my $file, ">", "/proc/self/oom_score_adj" or fail 125, "oom_score_adj: $!";
  syswrite $file, $the{oom} or fail 125, "oom_score_adj $the{oom}: $!" }

# The group comes first, as root and before the cgroup namespace: clone3(2) with CLONE_INTO_CGROUP begins there, without the wait
# that a move is (see enterGroups). Then what comes into the pid namespace is a child of this one.
if (!$up) {
  open my $cgroup, ">&=", 9 or fail 125, "no descriptor 9: $!";
  if (-d $cgroup) { $the{outside} = $$; attend(syscall(435, pack("Q11", 1 << 33, 0, 0, 0, 17, 0, 0, 0, 0, 0, fileno $cgroup), 88)) }
  else { syswrite $cgroup, "0\n" or fail 125, "cgroup: $!" }
  close $cgroup;
  # One'\''s own needs no entering, and only root may enter that of the host again.
  for my $kind ("cgroup", "pid") { (stat $root =~ s{root\z}{ns/$kind}r)[1] == (stat "/proc/self/ns/$kind")[1] and next; open my $file, "<", $root =~ s{root\z}{ns/$kind}r or fail 125, "$kind: $!"; must("setns", fileno $file, 0) }
}

# setpriv is a program of the host: the way back to it.
my $host; if ($the{landlock}) { sysopen $host, "/", 010000000 or fail 125, "/: $!" }
# A handle above 2 would be a way out (CVE-2024-21626): they close at the exec, all but what is needed here right now.
my %kept = map { $_ => 1 } $up ? 4 : (), $host ? fileno $host : ();
my @handles = do { opendir my $dir, "/proc/self/fd" or fail 125, "/proc/self/fd: $!"; grep { /^\d+$/ && $_ > 2 && !$kept{$_} } readdir $dir };
chdir "/";
# setns(2) into a mount namespace moves the root to the root of that namespace; without a process of it there is no other handle.
if ($root =~ s/^namespace://) { open my $file, "<", $root or fail 125, "$root: $!"; must("setns", fileno $file, 0x20000) }
else { chroot $root and chdir "/" or fail 125, "chroot: $!" }
# One of them kept the view of the host alive until here.
for (@handles) { open my $handle, "<&=", $_ or next; close $handle }
syscall(436, 3, 0xffffffff, 4) == 0 or fail 125, "close_range: $!";

rmdir "/dev/.old" if $up;
session() if $up;
# A keyring of its own: the session keyring of the caller would be inherited with what it holds.
call("keyctl", 1, 0);
# The /dev/null of the host must not be for the box to chown: take that of the box, if it still is one. A directory would be a way out.
for ([*STDIN, 04000], [*STDOUT, 04001], [*STDERR, 04001]) { my ($handle, $mode) = @$_; my @stat = stat $handle or next; my $kind = $stat[2] & 0170000;
  next unless $kind == 040000 || $kind == 020000 && $stat[6] == 0x103;
  sysopen my $null, "/dev/null", $mode or fail 125, "/dev/null: $!"; -c $null && (stat _)[6] == 0x103 or fail 125, "/dev/null of the box is another file";
  open $handle, ($mode & 1 ? ">&" : "<&") . fileno $null or fail 125, "/dev/null: $!" }

# Users and groups by the files of the box, never by the NSS of the host; any doubt is an error, never uid 0.
sub table { my ($path) = @_; sysopen my $file, $path, 04000 or return; -f $file or fail 125, "$path is not a file";
  my $text = do { local $/ = \(1 + (1 << 20)); <$file> } // "";
  length $text <= 1 << 20 or fail 125, "$path is larger than 1 MiB"; map { [split /:/, $_, -1] } split /\n/, $text }
# 4294967295 means "no change" to the kernel, and larger numbers wrap round, to 0 too.
sub number { $_[0] =~ /^\d{1,10}\z/ && $_[0] < 4294967295 }
my @passwd = grep { @$_ >= 7 && number($_->[2]) && number($_->[3]) } table "/etc/passwd";
my @group = grep { @$_ >= 4 && number($_->[2]) } table "/etc/group";
sub id { my ($text, $kind, @rows) = @_; my ($row) = grep { $_->[0] eq $text } @rows; return $row->[2] if $row && $text !~ /^\d+$/;
  $text =~ /^(0|[1-9]\d{0,9})\z/ && $1 < 4294967295 or fail 125, "$kind $text: not in the box, nor a number below 4294967295"; $1 }
my ($user, $as) = split /:/, $the{user}, 2;
my $uid = id($user, "user", @passwd);
my ($entry) = grep { $_->[2] == $uid } ($user =~ /^\d+$/ ? @passwd : grep { $_->[0] eq $user } @passwd);
my $gid = defined $as ? id($as, "group", @group) : $entry ? $entry->[3] : 0;
my @groups = defined $as || !$entry ? () : map { $_->[2] } grep { my $row = $_; grep { $_ eq $entry->[0] } split /,/, $row->[3] } @group;
push @groups, map { id($_, "group", @group) } @{$all{group} || []};
my %seen; @groups = grep { !$seen{$_}++ } ($gid, @groups);
$environment{HOME} = $entry && $entry->[5] ne "" ? $entry->[5] : "/" unless exists $environment{HOME};

# The working directory is made if missing, and must lie inside the root.
my $made = ""; umask 022;
for (grep { $_ ne "" } split m{/}, $the{cwd}) { $made .= "/$_"; -d $made or mkdir $made or fail 126, "working directory $the{cwd}: $!" }
chdir $the{cwd} or fail 126, "working directory $the{cwd}: $!";
my $where = "\0" x 4096; must("getcwd", $where, 4096);
$where =~ /^\// && $where !~ m{^/proc(/|\0)} or fail 125, "working directory $the{cwd} is not inside the box";
umask oct $the{umask};

# What was found out joins the records: the rest goes by them alone, and opens nothing but the command.
@the{"uid", "gid", "shell"} = ($uid, $gid, $entry ? $entry->[6] : "");
$all{groups} = \@groups;
$all{env} = [map { "$_=$environment{$_}" } keys %environment];
$all{arg} = \@ARGV unless $up;

for (@{$all{rlimit} || []}) { my ($what, $name, $soft, $hard) = split / /; my $limit = pack "QQ", map { $_ eq "unlimited" ? ~0 : $_ } $soft, $hard;
  call("prlimit", 0, $what + 0, $limit, 0) == -1 and fail 125, "ulimit $name $soft:$hard: $!" }
my $bounding = hex $the{bounding};
for (0 .. $the{lastcap}) { must("prctl", 24, $_, 0, 0, 0) unless $bounding >> $_ & 1 }
my @filter = map { /^(\d+) (\d+) (\d+) (\d+)/ ? pack("SCCL", $1, $2, $3, $4) : () } split /\n/, $the{filter} || "";
my $code = join "", @filter; my $program = pack "SxxxxxxP", scalar @filter, $code;
sub confine { must("seccomp", 1, $the{flags} + 0, $program) if @filter }
# Without no_new_privs the filter needs CAP_SYS_ADMIN, so it comes before the user changes.
confine() unless $the{nnp};
# An id that the user namespace does not have is no valid argument (EINVAL).
sub be { my ($name, $ids, @args) = @_; call($name, @args) != -1 and return;
  fail 125, $! == 22 ? "user: the box'\''s user namespace has not all of the ids $ids" : "$name: $!" }
be("setgroups", "@{$all{groups}}", scalar @{$all{groups}}, my $list = pack "L*", @{$all{groups}});
be("setresgid", $the{gid}, map { $_ + 0 } ($the{gid}) x 3);
be("setresuid", $the{uid}, map { $_ + 0 } ($the{uid}) x 3);
# Inheritable and ambient capabilities are empty (CVE-2022-24769); root regains its bounding set at the exec.
my ($header, $sets) = (pack("LL", 0x20080522, 0), "\0" x 24);
must("capget", $header, $sets); my @set = unpack "L6", $sets; @set[2, 5] = (0, 0);
if (!$up) { $set[$_] &= $bounding & 0xffffffff for 0, 1; $set[$_] &= $bounding >> 32 for 3, 4 }
must("capset", $header, pack "L6", @set);
must("prctl", 47, 4, 0, 0, 0);
if ($the{nnp}) { must("prctl", 38, 1, 0, 0, 0); }

my %environment = map { split /=/, $_, 2 } @{$all{env}};
my @command = @{$all{arg} || []};
if (!@command) { @command = $the{shell} ne "" && -x $the{shell} ? $the{shell} : "/bin/sh" }
# PATH is that of the box, searched here to tell "not found" (127) from "cannot run" (126).
my $file = $command[0];
if ($file !~ m{/}) { my ($found, $denied);
  for (split /:/, $environment{PATH} || "", -1) { my $try = ($_ eq "" ? "." : $_) . "/$file"; next unless -e $try; -d _ || !-x _ ? $denied ||= $try : ($found ||= $try) }
  $file = $found || $denied or fail 127, "$command[0]: not found in PATH" }
# Only now, with the root, capabilities and filter of the box and not to be dumped, does a process come into its pid namespace:
# one with CAP_SYS_PTRACE there looked through its /proc/PID/root at that of the host. This one stays outside, and waits.
if (!$up) {
  must("prctl", 4, 0, 0, 0, 0);
  # With the one that waits outside of the group this one ends too.
  if ($the{outside}) { must("prctl", 1, 9, 0, 0, 0); getppid == $the{outside} or fail 125, "who waits for this is gone, or the filter refuses getppid" }
  attend(fork // -1);
  session();
}
%ENV = %environment;
if ($up) { syswrite $out, "ok\n" } else { must("prctl", 1, 9, 0, 0, 0) }
confine() if $the{nnp};
exec { $file } @command;
fail $!{ENOENT} || $!{ENOTDIR} ? 127 : 126, "$command[0]: $!", $the{landlock} && $!{EACCES} ? " (landlock: it and its interpreter need execute and read-file)" : "";
'

TARGETS='
# Makes what mounts need and what /dev holds, in the root in the working directory: every path is resolved inside it.
# usage: perl -e TARGETS ARCH ENTRY...   where an ENTRY is one of
#   owner UID GID (of what follows) | dir PATH MODE | file PATH | link PATH TARGET | node PATH MAJOR MINOR MODE | device PATH SOURCE | devices | like PATH SOURCE
my $mknodat = shift @ARGV eq "aarch64" ? 33 : 259;
my %words = (owner => 2, dir => 2, file => 1, link => 2, node => 4, device => 2, devices => 0, like => 2);
sub fail { print STDERR "boxes: ", @_, "\n"; exit 125 }
# Who is in a user namespace changes nothing that belongs to ids which it has not: they read as the overflow id, 65534.
sub refused { my ($what, $path) = @_; my $why = "$!"; my $above = $path =~ s{/[^/]*$}{}r || "/";
  fail "cannot make the $what $path: $why", (stat $above)[4] == 65534 ? "\n  help: $above is of another user; make the root file system yours (cp -r, chown), or name a tarball" : "" }
my @entries;
while (@ARGV) { my $kind = shift @ARGV; push @entries, [$kind, splice @ARGV, 0, $words{$kind}] }
# What is known of the host is read before the root becomes that of the box.
sub device { my ($path, $source) = @_; my @stat = stat $source or fail "device $source: $!";
  my $type = $stat[2] & 0170000; $type == 020000 || $type == 060000 or fail "$source is not a device"; ["copy", $path, @stat[2, 6, 4, 5]] }
sub every { my $dir = shift; opendir my $handle, $dir or return;
  map { my $path = "$dir/$_"; -l $path ? () : -d _ ? ($_ =~ /^(pts|shm|mqueue|hugepages)$/ ? () : every($path)) : -c _ || -b _ ? device($path, $path) : () }
    grep { !/^\.\.?$|^(null|zero|full|random|urandom|tty|ptmx|console)$/ } readdir $handle }
@entries = map { my ($kind, $path, $source) = @$_;
  $kind eq "device" ? device($path, $source) : $kind eq "devices" ? every("/dev") : $kind eq "like" ? -d $source ? ["dir", $path, "755"] : ["file", $path] : $_ } @entries;

chroot "." and chdir "/" or fail "chroot: $!";
umask 0;
my @owner = (0, 0);
sub owned { chown @owner, $_[0] if $owner[0] }
sub parents { my $made = ""; my @names = grep { $_ ne "" } split m{/}, $_[0]; pop @names;
  for (@names) { $made .= "/$_"; next if -d $made; mkdir $made, 0755 or refused "directory", $made; owned $made } }
# Follows links to the last, inside the root, also where they dangle (/etc/resolv.conf in many images). Two places lead out of
# it when the mounts are made: the host'\''s tree at /dev/.old, and /proc/1/root; a link through one of them is refused.
my $proc = "";
sub goal { my ($path) = @_; my ($at, $hops, @names) = ("", 0, split m{/}, $path); my $own = $path =~ m{^/proc/};
  while (@names) { my $name = shift @names; next if $name eq "" || $name eq "."; if ($name eq "..") { $at =~ s{/[^/]*$}{}; next }
    $at eq "/dev/.old" || $at eq $proc && $proc ne "" && !$own and fail "$path is a link that leads out of the root file system";
    if (!-l "$at/$name") { $at .= "/$name"; next }
    ++$hops > 40 and fail "too many symbolic links at $path"; my $to = readlink "$at/$name"; $at = "" if $to =~ m{^/}; unshift @names, split m{/}, $to }
  $at eq "/dev/.old" and fail "$path is a link that leads out of the root file system"; $at || "/" }
$proc = goal "/proc"; $proc eq "/" and fail "/proc is a link to the root";
sub node { my ($path, $mode, $device) = @_; parents $path; unlink $path;
  syscall($mknodat, -100, $path, $mode, $device + 0) == 0 or fail "cannot make the device $path: $!" }
my %make = (
  owner => sub { @owner = @_ },
  dir => sub { my ($path, $mode) = @_; $path = goal $path; parents $path; return if -d $path; mkdir $path, oct $mode or refused "directory", $path; owned $path },
  file => sub { my $path = goal $_[0]; parents $path; -e $path and return; open my $file, ">>", $path or refused "file", $path; chmod 0644, $file; owned $path },
  link => sub { my ($path, $to) = @_; parents $path; symlink $to, $path or fail "cannot make the link $path: $!" },
  node => sub { my ($path, $major, $minor, $mode) = @_; node $path, 020000 | oct $mode, $major << 8 | $minor },
  copy => sub { my ($path, $mode, $device, $uid, $gid) = @_; node $path, $mode + 0, $device; chown $uid, $gid, $path });
for (@entries) { my ($kind, @rest) = @$_; $make{$kind}->(@rest) }
mkdir "/dev/.old", 0700 or fail "/dev/.old: $!"; owned "/dev/.old";
'

# ---- What every program shares -------------------------------------------------------------------
# Descriptors: 3 progress (when asked)  4 status, written  5 status, kept open  6 status, read
#              7 the furnisher's leash  8 records or standard input  9 lock or exit status

at='' why='' detach=no monitor='' peer='' pid='' job='' leash=no keep_layer=no locks=0
# A step of the plan begins: its title, and the spec field that asked for it.
step() {
  at=$1 why=$2
  [ -z "${BOXES_PROGRESS-}" ] || printf '%s\t%s\n' "$1" "$2" >&3
}

# die STATUS MESSAGE [REMEDY]
die() {
  printf 'boxes: %s: %s\n' "$name" "$2" >&2
  [ -z "${3-}" ] || printf '  help: %s\n' "$3" >&2
  at=''
  exit "$1"
}

# The word for a step that did not succeed; the tool has said its own above.
blame() {
  case $at:$why in
    :*) ;;
    *:always) printf 'boxes: %s: failed at "%s"\n' "$name" "$at" >&2 ;;
    *) printf 'boxes: %s: failed at "%s" (asked for by: %s)\n' "$name" "$at" "$why" >&2 ;;
  esac
  at=''
}

# identify PID: sets $started, its start time in clock ticks since boot, and $parent; fails when it is gone or a zombie.
identify() {
  { read -r started <"/proc/$1/stat"; } 2>/dev/null || return 1
  started=${started##*) }
  case $started in Z* | X*) return 1 ;; esac
  # shellcheck disable=SC2086 # fields of a kernel file, split on purpose
  set -- $started
  parent=$2
  shift 19
  started=$1
}

# alive FILE: sets $pid when the process that FILE names still is that process: pid, start time and boot agree. And $keeper,
# its monitor, if it is the first of a box.
alive() {
  { read -r pid born boot keeper <"$1"; } 2>/dev/null || return 1
  [ "$boot" = "$boot_id" ] && identify "$pid" && [ "$started" = "$born" ]
}

# What lies in the run root says which process is a box's. Below /tmp anybody may have been there first.
own_run_root() {
  if [ ! -e "$run_root" ] && [ ! -h "$run_root" ]; then return 0; fi
  { [ -d "$run_root" ] && [ -O "$run_root" ] && [ ! -h "$run_root" ]; } ||
    die 125 "$run_root belongs to somebody else, or is a link" 'set BOXES_RUN to a directory of your own'
}

# An ordinary user may have been told of directories that are another's, or of none at all (su and sudo, a home that is not there).
make_places() {
  mkdir -p "$@" || die 125 'there is no place to keep boxes in: see above' 'set BOXES_RUN and BOXES_ROOT to directories of your own'
}

# Sets $state from the kernel, never from belief: running, starting, exited or absent.
look() {
  own_run_root
  state=absent
  [ ! -d "$data" ] || state=exited
  if [ -e "$1/started" ] && alive "$1/init"; then state=running
  elif [ ! -e "$1/started" ] && alive "$1/owner"; then state=starting
  elif alive "$1/init"; then state=running
  elif [ -e "$1" ]; then state=exited
  fi
}

# The first move between groups for a while waits 6 to 14 ms for an RCU grace period (cgroup_threadgroup_rwsem). One that
# is made early, by a process that ends at once, lets that wait pass beside other work.
hasten() {
  [ -n "$trees" ] || return 0
  { printf '0\n' >"${trees%% *}/cgroup.procs"; } 2>/dev/null &
}

# peer NAME: sets $peer to the pid of another running box, whose namespaces are joined.
peer() {
  look "$run_root/$1"
  [ "$state" = running ] || die 125 "the box $1, whose namespace is to be joined, is not running" 'start it first: boxes up -d SPEC; boxes ps lists those that run'
  peer=$pid
}

# ---- What steps call -----------------------------------------------------------------------------

# The text that is running is kept for every later verb; `up` waits for the copy only at its end.
keep_program() {
  copier=''
  [ "$self" != "$data/program" ] || return 0
  cp -- "$self" "$data/program" &
  copier=$!
}

# The writable layer belongs to the root that it was begun on.
same_lower() {
  read -r lower <"$data/lower"
  [ "$lower" = "$1" ] || die 125 "its writable layer lies on another root: $lower" "boxes down $name removes that layer"
}

remove_directories() {
  if [ "$keep_layer" = yes ]; then erase "$run"; else erase "$run" "$data"; fi
}

erase() { rm -rf -- "$@"; }

# The box's groups, then the common parents if they are empty. A group is busy for a moment after its last process has
# gone, and a box may have made groups below its own.
remove_groups() {
  tries=0
  while :; do
    set --
    for group in $cgroups $beside; do [ ! -d "$group" ] || set -- "$@" "$group"; done
    [ $# -gt 0 ] || break
    # One that was on its way into the group when the others were killed has come since.
    [ "$tries" -eq 0 ] || slay
    [ "$tries" -lt 2 ] || find "$@" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null || :
    lock
    # shellcheck disable=SC2086 # paths without blanks
    rmdir "$@" $above 2>/dev/null || :
    unlock
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { printf 'boxes: %s: busy: %s\n' "$name" "$*" >&2; return 1; }
    [ "$tries" -eq 1 ] || sleep 0.02
  done
  end_scope
}

# Without dns of its own a box has a copy of the host's name servers.
copy_resolv_conf() {
  while read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done 2>/dev/null </etc/resolv.conf >"$run/resolv.conf" || : >"$run/resolv.conf"
}

become_root() { exec "$@"; }

# PID 1 may be early: the furnisher says here, too, that the root is there. Or late, and the furnisher is dead: to open the pipe
# for reading alone would wait for ever for one who writes.
root_is_there() {
  [ ! -p "$run/rooted" ] || exec 7<>"$run/rooted"
  exec 6<"$run/rooted"
  exec 7>&-
  read -r word <&6 || { at=''; exit 125; }
  exec 6<&-
}

# The lock of all boxes. Held for moments only; it goes with the process that holds it.
lock() {
  [ "$locks" -gt 0 ] || acquire
  locks=$((locks + 1))
}
unlock() {
  locks=$((locks - 1))
  [ "$locks" -gt 0 ] || release
}

# Nothing is written on a machine that this program was not made for: group files would become plain ones.
this_machine() {
  { read -r here </proc/sys/kernel/arch; } 2>/dev/null || here=$machine
  for tree in $trees; do [ -e "$tree/cgroup.procs" ] || here="one without the control groups $tree"; done
  [ "$here" = "$machine" ] ||
    die 125 "this program is for another machine ($machine; this one is $here)" \
      'boxes plan --host FILE compiles it, with FILE from boxes doctor --json on this machine'
}

# The name is claimed under a lock, so that of two `up` one wins and the other changes nothing.
claim() {
  while read -r key _ id _; do [ "$key" != Uid: ] || break; done </proc/self/status
  [ "$id" = "$caller" ] || die 125 "this program makes boxes of user $caller, and this is user $id" 'run it as that user, or plan again as this one'
  own_run_root
  if [ ! -d "$run_root" ] || [ ! -d "$data_root/boxes" ] || [ ! -d "$roots" ]; then make_places "$run_root" "$data_root/boxes" "$roots"; fi
  lock
  look "$run"
  case $state in
    running | starting) die 125 "a box of this name is $state" "boxes down $name, or give the spec another name" ;;
  esac
  [ ! -e "$data" ] || keep_layer=yes
  [ ! -e "$run" ] || sweep
  trap leave EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mkdir "$run"
  identify "$$"
  printf '%s %s %s\n' "$$" "$started" "$boot_id" >"$run/owner"
  unlock
}

# Nobody in a frozen group ends, not even by SIGKILL on cgroup v1.
thaw() {
  # A group of systemd's may go at any moment, with its last process.
  for group in $cgroups; do
    [ ! -e "$group/freezer.state" ] || printf 'THAWED\n' >"$group/freezer.state" || :
    [ ! -e "$group/cgroup.freeze" ] || printf '0\n' >"$group/cgroup.freeze" || :
  done 2>/dev/null
}

# Ends whatever runs in the box, at once: its PID 1 takes the rest of a pid namespace along; the cgroup holds the others.
slay() {
  thaw
  rounds=0
  while :; do
    left=''
    for group in $cgroups; do [ ! -e "$group/cgroup.kill" ] || printf '1\n' >"$group/cgroup.kill" || :; done 2>/dev/null
    if alive "$run/init"; then left=$pid; kill -KILL "$pid" 2>/dev/null || :; fi
    for group in $cgroups; do
      [ -e "$group/cgroup.procs" ] || continue
      while read -r pid; do
        # To kill 0 is to kill the group of this shell; the kernel writes it for who is in an outer pid namespace.
        [ "$pid" -gt 0 ] || continue
        left=$pid
        kill -KILL "$pid" || :
      done <"$group/cgroup.procs" || :
    done 2>/dev/null
    [ -n "$left" ] || break
    rounds=$((rounds + 1))
    [ "$rounds" -lt 200 ] || die 125 "process $left does not end" "see /proc/$left/stack for what it waits for, then boxes down $name again"
    sleep 0.02
  done
}

# What a `boxes up` that was killed ran: .NAME.PID in the run root, where no box's name begins with a dot.
drop_copies() {
  for copy in "$run_root/.$name".*; do
    case ${copy#"$run_root/.$name."} in *[!0-9]*) continue ;; esac
    [ -e "/proc/${copy##*.}" ] || rm -f -- "$copy"
  done
}

# Removes what a run made: the box's processes, groups and run state; and its writable layer unless that is kept.
sweep() {
  slay
  undo || die 125 'something of it could not be removed: see above' "boxes down $name removes the rest when that is mended"
}

# When `up` ends before the name is its own, or `enter` before it is in the box: the reason, and nothing is undone.
give_up() {
  status=$?
  trap - EXIT
  [ "$locks" -eq 0 ] || release
  if [ -n "$at" ]; then
    blame
    status=125
  fi
  exit "$status"
}

# When `up` ends before the box runs: first the reason, then the undo of all that was made.
leave() {
  status=$?
  trap '' HUP INT TERM
  trap - EXIT
  set +e
  [ -z "${job-}" ] || kill "$job" 2>/dev/null
  [ "$locks" -eq 0 ] || release
  locks=0
  # The cache of roots is locked by this descriptor, too.
  exec 9>&-
  # It may be in the middle of a line.
  [ -z "${copier-}" ] || wait "$copier" 2>/dev/null
  if [ -n "$at" ]; then
    blame
    [ "$status" -gt 128 ] || status=125
  fi
  [ "$leash" = no ] || exec 7>&-
  # Who may still write in the directories ends first, or their removal would meet something new in them.
  [ "${furnisher:-$$}" = "$$" ] || wait "$furnisher" 2>/dev/null
  [ "$detach" = no ] || [ -z "$monitor" ] || tell
  sweep
  exit "$status"
}

# What a part of a detached box had to say about its failure is in the log, which goes away with it.
tell() {
  slay
  left=50
  while kill -0 "$monitor" 2>/dev/null && [ "$left" -gt 0 ]; do
    sleep 0.02
    left=$((left - 1))
  done
  cat -- "$data/log" >&2
}

up() {
  detach=no remove=no
  while [ $# -gt 0 ]; do
    case $1 in
      -d | --detach) detach=yes ;;
      --rm) remove=yes ;;
      *) die 125 "up takes no $1" 'up [-d] [--rm]' ;;
    esac
    shift
  done
  step 'Claim the name' always
  trap give_up EXIT
  this_machine
  hasten
  claim
  prepare
  : >"$run/exit"
  exec 8<&0
  # The process in whose mount namespace the command will run: that of the caller, or one of its own.
  furnisher=$$
  if [ "$own_root" = yes ]; then
    # Read and write, so that no open waits for a peer that may have died; the end of file tells of a death.
    exec 5<>"$run/status"
    exec 6<"$run/status"
    exec 7<>"$run/go"
    leash=yes
    # Opened here: it must be open before PID 1 asks.
    exec 4<>"$run/rooted"
    become_root unshare --mount --propagation "$propagation" -- sh ${trace:+"$trace"} "$self" furnish 8<&4 4>&5 5>&- 6<&- 7<"$run/go" </dev/null &
    furnisher=$!
    exec 4>&-
  fi
  # Beside the furnisher's work: under the lock, since another box's end may remove the common parent group.
  lock
  umask 022
  confine
  umask 077
  unlock
  exec 5<>"$run/launched"
  start_monitor
  if [ "$own_root" = yes ]; then hear; fi
  exec 6<"$run/launched"
  [ "$tty" = yes ] || exec 5>&-
  step 'Start the command' command
  hear
  exec 5>&-
  if read -r code word <&6 && [ "$code" != ended ]; then die "$code" "$word"; fi
  exec 6<&-
  [ "$launcher" = perl ] || settle
  [ "$leash" = no ] || exec 7>&-
  leash=no
  [ -z "$copier" ] || wait "$copier"
  at=''
  : >"$run/started"
  [ -z "${BOXES_PROGRESS-}" ] || { printf 'running\t\n' >&3; exec 3>&-; }
  if [ "$detach" = yes ]; then
    trap - EXIT HUP INT TERM
    printf '%s\n' "$name"
    return 0
  fi
  attend
}

# Waits for the word of a part of `up`: ok, failed (it has said why), a status and a reason, or its death.
hear() {
  read -r word rest <&6 || word=ended
  case $word in
    ended) die 125 "a part of up ended at \"$at\", without a word of its own" 'see above; if there is nothing, it was killed: dmesg may say why' ;;
    ok) ;;
    failed) at=''; exit 125 ;;
    *) die "$word" "$rest" ;;
  esac
}

# Starts the monitor with the box's standard streams, by exec: those of a call would be gone before its EXIT trap speaks. No terminal goes into a box: what is typed could be forged there
# (TIOCSTI, CVE-2017-5226); a terminal is a new one (script), or is passed on by cat.
start_monitor() {
  export furnisher
  relays='' typist=''
  if [ "$tty" = yes ]; then
    if [ "$detach" = yes ]; then
      mkfifo "$run/keys"
      { trap 'confess 4>&5' EXIT; scoped; trap - EXIT; { exec <>"$run/keys" 2>&1; typescript; } >"$run/said" & record <"$run/said"; } &
    else
      { exec <&8; typescript; } &
    fi
  elif [ "$detach" = yes ]; then
    { trap 'confess 4>&5' EXIT; scoped; trap - EXIT; { exec 4>&5 5</dev/null 6<&- 7>&- 8<&- >"$run/said" 2>&1; spawn; } & record <"$run/said"; } &
  else
    if [ -t 1 ] || [ -t 2 ] || [ -t 8 ]; then relay; else { exec 4>&5 5<&8 6<&- 7>&- 8<&-; spawn; } & fi
  fi
  monitor=$!
}

# script keeps every descriptor that it gets, for as long as the box runs, so the status is opened inside of it. What
# ends before that tells nothing: the last line does then, and it stands for the end of file, which `up` itself keeps off.
typescript() {
  exec 5>&- 6<&- 7>&- 8<&-
  quote "$self"
  line="exec $untie sh ${trace:-} $quoted spawn"
  quote "$run/launched"
  SHELL=/bin/sh script -qefc "exec 4>$quoted; $line" /dev/null || :
  if [ -e "$run/started" ] || [ ! -p "$run/launched" ]; then return 0; fi
  last=ended
  [ -s "$run/exit" ] || last='125 the terminal could not be made, or what runs in it has ended'
  printf '%s\n' "$last" 1<>"$run/launched"
}

relay() {
  mkfifo "$run/in" "$run/out" "$run/err"
  cat <"$run/out" 4>&- 5>&- 6<&- 7>&- 8<&- &
  relays="$relays $!"
  cat <"$run/err" >&2 4>&- 5>&- 6<&- 7>&- 8<&- &
  relays="$relays $!"
  if [ -t 8 ]; then
    cat <&8 >"$run/in" 4>&- 5>&- 6<&- 7>&- 8<&- &
    typist=$!
    exec 8<"$run/in"
  fi
  { exec 4>&5 5<&8 6<&- 7>&- 8<&- >"$run/out" 2>"$run/err"; spawn; } &
}

# The box's output, kept: two files of at most $log_bytes each.
record() {
  exec >/dev/null 2>&1 3>&- 4>&- 5>&- 6<&- 7>&- 8<&- 9>&-
  trap '' HUP INT QUIT TERM
  cd "$data"
  [ ! -s log ] || mv -f log log.1
  while take >log; [ "$(wc -c <log)" -ge "$log_bytes" ]; do mv -f log log.1; done
  # A full disk ends the keeping, never the box: what it still says is let go.
  exec cat
}

# A shell in the box's mount namespace: it mounts the root and pivots, then only waits, so that others can reach the
# namespace through it. Its leash is a pipe: when `up` is done or dead it reads the end of file and goes.
furnish() {
  trap 'confess' EXIT
  build_root
  printf 'ok\n' >&4
  printf 'ok\n' >&8
  exec 3>&- 4>&-
  read -r word <&7 || :
}

# The EXIT trap of a part of `up`: it says why it failed, then tells `up` that it has.
confess() {
  [ "$?" -ne 0 ] || return 0
  blame
  printf 'failed\n' >&4
}

# Keeps a user namespace until the box is in it.
hold() {
  printf 'ok\n' >&4
  exec 3>&- 4>&-
  read -r word <&7 || :
}

# PID 1 of the box, until it becomes the box's command.
init() {
  trap 'confess' EXIT
  become
}

# What systemd makes the box's group of is a process: whoever of the box comes first.
scoped() {
  [ -z "${in_scope-}" ] || return 0
  export in_scope=yes
  enter_scope
}

# Into the box's cgroup and namespaces; what is to be written there later is opened before.
spawn() {
  trap 'confess' EXIT
  scoped
  exec 8>"$run/init" 9>"$run/exit"
  identify self
  spawned=$started
  export spawned
  join
}

# The parent of PID 1: one small shell, in the box's cgroup and namespaces but outside of its pid namespace.
# After PID 1 is gone it cannot fork, so it uses builtins only.
monitor() {
  trap '' HUP INT QUIT TERM
  # A background job's standard input is /dev/null, so it travels as descriptor 5.
  [ "$tty" = no ] || exec 5<&0
  init <&5 5<&- 8>&- 9>&- &
  pid=$!
  # In a time namespace start times read otherwise; that of this process, before and now, tells by how much.
  identify self
  ahead=$((started - spawned))
  identify "$pid" && printf '%s %s %s %s\n' "$pid" "$((started - ahead))" "$boot_id" "$$" >&8
  # The shell's own word about a killed child ("Killed") is nothing that the box has said.
  exec 3>&- 4>&- 5<&- 8>&- </dev/null >/dev/null 2>&1
  status=0
  wait "$pid" || status=$?
  [ "$pid_namespace" = private ] || reap || :
  printf '%s\n' "$status" >&9
  tell_oom >&9
}

# systemd takes the group away with its last process, and with it what it knew.
tell_oom() {
  [ -z "${scope-}" ] || while read -r key count; do
    [ "$key" != oom_kill ] || printf 'oom_kill %s\n' "$count"
  done <"${cgroups%% *}/memory.events" || :
}

# Without a pid namespace of its own the box's other processes outlive the first: the cgroup names them.
reap() {
  first=${cgroups%% *}
  left=yes
  while [ -n "$left" ]; do
    left=''
    while read -r pid; do
      [ "$pid" = "$$" ] || [ "$pid" = 0 ] || ! kill -KILL "$pid" || left=$pid
    done <"$first/cgroup.procs"
  done 2>/dev/null
}

# In the foreground: signals stop the box; its exit status is ours.
attend() {
  # A second signal is for those who do not want to wait.
  trap 'trap "patience=0" HUP INT TERM; halt' HUP INT TERM
  trap - EXIT
  while kill -0 "$monitor" 2>/dev/null; do wait "$monitor" || :; done
  for job in $relays; do wait "$job" || :; done
  [ -z "$typist" ] || kill "$typist" 2>/dev/null || :
  status=''
  { read -r status <"$run/exit"; } 2>/dev/null || :
  [ "$remove" = no ] || down -t 0
  [ -n "$status" ] || die 125 'the exit status is unknown: the box was removed, or its monitor was killed'
  exit "$status"
}

# Stop signal, grace period (in hundredths of a second), SIGKILL; then the monitor has a moment to write the exit status.
halt() {
  alive "$run/init" || return 0
  thaw
  kill -"$stop_signal" "$pid" 2>/dev/null || :
  patience=$grace
  while alive "$run/init" && [ "$patience" -gt 0 ]; do
    sleep 0.05
    patience=$((patience - 5))
  done
  if alive "$run/init"; then kill -KILL "$pid" 2>/dev/null || :; fi
  left=200
  while [ -e "$run" ] && [ ! -s "$run/exit" ] && [ "$left" -gt 0 ]; do
    sleep 0.02
    left=$((left - 2))
  done
}

# -t SECONDS for stop and down
grace_option() {
  while [ $# -gt 0 ]; do
    case $1 in
      -t | --time)
        case ${2-} in '' | *[!0-9]* | ??????*) die 125 "$verb -t ${2-}: not a number of seconds" "$verb [-t SECONDS]" ;; esac
        grace=$(($2 * 100))
        shift
        ;;
      *) die 125 "$verb takes no $1" "$verb [-t SECONDS]" ;;
    esac
    shift
  done
}

stop() {
  grace_option "$@"
  look "$run"
  case $state in
    absent) die 1 'there is no such box' 'boxes ps lists those that are' ;;
    starting) die 1 'the box is still starting' "boxes down $name ends that too" ;;
  esac
  halt
}

# Happy if there is nothing. An `up` that is under way is asked to roll back; one that appears meanwhile is met again.
down() {
  grace_option "$@"
  tries=0
  while :; do
    halted=''
    look "$run"
    case $state in
      running) halted=$pid; halt ;;
      starting)
        kill -TERM "$pid" 2>/dev/null || :
        left=100
        while alive "$run/owner" && [ "$left" -gt 0 ]; do
          sleep 0.05
          left=$((left - 1))
        done
        if alive "$run/owner"; then kill -KILL "$pid" 2>/dev/null || :; fi
        ;;
    esac
    [ -d "$run_root" ] || make_places "$run_root"
    lock
    look "$run"
    case $state in
      # It has outlived SIGKILL: the sweep says which process that is.
      running) [ "$pid" != "$halted" ] || break ;;
      starting) ;;
      *) break ;;
    esac
    unlock
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || die 125 'the box keeps coming back' 'stop what starts it, then try again'
  done
  keep_layer=no
  sweep
  drop_copies
  unlock
}

status() {
  look "$run"
  case $state in
    running | starting) printf '%s %s\n' "$state" "$pid" ;;
    exited)
      code=''
      { read -r code <"$run/exit"; } 2>/dev/null || :
      printf 'exited %s\n' "${code:-unknown}"
      return 3
      ;;
    absent) printf 'absent\n'; return 4 ;;
  esac
}

logs() {
  follow=no lines=''
  while [ $# -gt 0 ]; do
    case $1 in
      -f | --follow) follow=yes ;;
      -n | --tail) lines=${2:?boxes: -n takes a number of lines}; shift ;;
      -n*) lines=${1#-n} ;;
      *) die 125 "logs takes no $1" 'logs [-f] [-n N]' ;;
    esac
    shift
  done
  case $lines in all) lines='' ;; *[!0-9]*) die 125 "logs -n $lines: not a number of lines" ;; esac
  [ -d "$data" ] || die 1 'there is no such box' 'boxes ps lists those that are'
  [ -e "$data/log" ] || die 1 'its output is not kept: it runs in the foreground' 'up -d keeps the output'
  if [ "$follow" = no ]; then
    if [ -e "$data/log.1" ]; then set -- "$data/log.1" "$data/log"; else set -- "$data/log"; fi
    if [ -z "$lines" ]; then exec cat -- "$@"; fi
    cat -- "$@" | tail -n "$lines"
    return
  fi
  if [ -z "$lines" ]; then
    [ ! -e "$data/log.1" ] || cat -- "$data/log.1"
    lines=+1
  fi
  # Of a box that is not running all is there already.
  if alive "$run/init"; then follow "$lines"; fi
  exec tail -n "$lines" -- "$data/log" 2>/dev/null
}

# quote TEXT: sets $quoted to one word of shell.
quote() {
  text=$1 quoted=''
  while :; do
    case $text in
      *\'*) quoted="$quoted${text%%\'*}'\\''" text=${text#*\'} ;;
      *) break ;;
    esac
  done
  quoted="'$quoted$text'"
}

# The launcher needs nothing of the caller's environment, and a box that may trace could read it there.
forget_environment() {
  while read -r first second; do
    second=${second%%=*}
    case $first:$second in
      *[!A-Za-z0-9_:]* | export: | export:PATH | export:LC_ALL | export:SHELL | export:XDG_RUNTIME_DIR | export:BOXES_TRACE | export:enter_*) ;;
      export:*) unset "$second" ;;
    esac
  done <<EOF
$(export -p)
EOF
}

# enter [-e NAME=VALUE] [-u USER] [-w DIR] [-t|-T] [COMMAND...]
enter() {
  unset enter_user enter_cwd enter_view
  # script gives its line to this shell, and the line is quoted for sh.
  export SHELL=/bin/sh
  enter_env=0 enter_tty='' terminal=auto
  while [ $# -gt 0 ]; do
    case $1 in
      -e | --env)
        case ${2-} in [!=]*=*) ;; *) die 125 "enter -e ${2-}: not NAME=VALUE" ;; esac
        enter_env=$((enter_env + 1))
        export "enter_env_$enter_env=$2"
        shift
        ;;
      -u | --user) enter_user=${2:?boxes: -u takes a user}; shift ;;
      -w | --workdir) enter_cwd=${2:?boxes: -w takes a directory}; shift ;;
      -t | --tty | -it | -ti) terminal=yes ;;
      -T | --no-tty) terminal=no ;;
      -i | --interactive) ;;
      --) shift; break ;;
      -*) die 125 "enter takes no $1" 'enter [-e NAME=VALUE] [-u USER] [-w DIR] [-t|-T] [COMMAND...]' ;;
      *) break ;;
    esac
    shift
  done
  look "$run"
  case $state in
    running) ;;
    absent) die 125 'there is no such box' 'boxes ps lists those that are' ;;
    *) die 125 "the box is not running but $state" 'boxes up starts it' ;;
  esac
  enter_target=$pid
  # Another parent of PID 1 than the monitor is one that adopted it.
  if [ -e "$run/started" ] && identify "$pid" && [ "$parent" = "$keeper" ] && [ -d "/proc/$keeper/root" ]; then
    enter_view=/proc/$keeper/root
    export enter_view
  fi
  export enter_target enter_env enter_tty
  forget_environment
  [ -z "${enter_user-}" ] || export enter_user
  [ -z "${enter_cwd-}" ] || export enter_cwd
  [ "$launcher" = perl ] || no_terminal
  if [ "$terminal" = auto ] && [ -t 0 ] && [ -t 1 ]; then terminal=yes; fi
  if [ "$terminal" = yes ]; then
    enter_tty=1
    quote "$self"
    line="exec $untie sh ${trace:-} $quoted into"
    for word in "$@"; do quote "$word"; line="$line $quoted"; done
    # It turns in circles for ever when a child dies that is not its own (util-linux 2.38): this shell leaves it none.
    exec script -qefc "$line" /dev/null
  fi
  # No terminal goes into a box (see start_monitor): input from one is left out, output to one passes through cat.
  [ ! -t 0 ] || exec </dev/null
  if [ ! -t 1 ] && [ ! -t 2 ]; then into "$@"; fi
  exec 5>&1 6>&2
  status=$({ {
    code=0
    if [ -t 5 ] && [ -t 6 ]; then sh ${trace:+"$trace"} "$self" into "$@" 2>&1 4>&- 5>&- 6>&-
    elif [ -t 5 ]; then sh ${trace:+"$trace"} "$self" into "$@" 2>&6 4>&- 5>&- 6>&-
    else sh ${trace:+"$trace"} "$self" into "$@" 2>&1 >&5 4>&- 5>&- 6>&-
    fi || code=$?
    printf '%s' "$code" >&4
  } | if [ -t 5 ]; then cat >&5 4>&-; else cat >&6 4>&-; fi; } 4>&1)
  exit "$status"
}

# Becomes a process of the box, by way of a read-only view of the host's tools: that of the monitor, or one of its own.
into() {
  trap give_up EXIT
  [ -n "${enter_view-}" ] || become_viewer "$@"
  entering "$@"
}

become_viewer() { exec unshare --mount --propagation slave -- sh ${trace:+"$trace"} "$self" alone "$@"; }

# ---- The lock, by flock ---------------------------------------------------------------------------

# It is the run directory itself.
acquire() {
  exec 9<"$run_root"
  flock 9
}
release() { exec 9<&-; }

# ---- The log, by the tools of coreutils ---------------------------------------------------------

# Exactly $log_bytes bytes and not one more. head by itself would keep back what is short until there is more.
take() {
  stdbuf -o0 head -c "$log_bytes"
}

# It ends when PID 1 does.
follow() {
  exec tail -n "$1" --pid="$pid" -F -- "$data/log" 2>/dev/null
}

# ---- Where systemd owns the control groups -------------------------------------------------------
# It makes a scope, and delegates it: what is below is ours, and neither a reload nor the end of a session touches it.

systemd() {
  busctl "$bus" call org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager "$@"
}

# make_scope COUNT PROPERTY...: a scope of the calling process. Inner groups hold none (cgroups(7)): the box has one leaf, the keeper of the log another.
make_scope() {
  read -r me _ </proc/self/stat
  tries=0 count=$1
  shift
  # Under the lock, or the scope of an up that was killed could begin after the down that took all of it back.
  lock
  alive "$run/owner" || die 125 'up was ended'
  until answer=$(systemd StartTransientUnit 'ssa(sv)a(sa(sv))' "$scope" fail "$((count + 6))" Description s "the box $name" Slice s boxes.slice \
    Delegate b true PIDs au 1 "$me" CollectMode s inactive-or-failed TimeoutStopUSec t "${grace}0000" "$@" 0 2>&1); do
    # That of a box which has just ended is there for a moment.
    case $answer in *already*) ;; *) tries=100 ;; esac
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || die 125 "systemd gives no control group: $answer" 'boxes doctor tells what this machine has'
    sleep 0.05
  done
  unlock
  group=${cgroups%/box}
  tries=0
  until grep -qx "$me" "$group/cgroup.procs" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 1000 ] || die 125 "systemd has not put the box into its scope $scope within 10 s" "systemctl $bus status $scope tells what it waits for"
    sleep 0.01
  done
  mkdir "$cgroups" "$group/log"
  printf '0\n' >"$group/log/cgroup.procs"
}

# The scope is systemd's to remove: it would keep the unit of a group that went behind its back.
end_scope() {
  group=${cgroups%/box}
  tries=0
  while [ -d "$group" ] && [ "$tries" -lt 100 ]; do
    [ "$tries" -ne 0 ] || systemd StopUnit ss "$scope" fail >/dev/null 2>&1 || :
    tries=$((tries + 1))
    sleep 0.02
  done
  [ ! -d "$group" ] || { printf 'boxes: %s: systemd keeps the scope %s: systemctl %s status %s tells why\n' "$name" "$scope" "$bus" "$scope" >&2; return 1; }
}

# ---- What perl does ------------------------------------------------------------------------------

# Lets go of the terminal that script made: the box's command takes it, and in a user namespace it may not steal one (TIOCNOTTY).
untie="perl -e '\$SIG{HUP} = q(IGNORE); ioctl STDIN, 0x5422, 0; exec @ARGV' --"

# targets ENTRY...: see TARGETS above
targets() {
  perl -e "$TARGETS" "$machine" "$@"
}

# put NAMESPACE ASIDE VOLUME PLACE: see PUT above
put() {
  perl -e "$PUT" "$machine" "$@"
}

# A further process by way of a view of its own.
alone() {
  viewing
  enter_view=/
  entering "$@"
}

# ---- This box ---------------------------------------------------------------------------------

# On the host, before anything of the box runs.
prepare() {
  step 'Make its directories' always
  # The upper directory gives the root its mode; those above it stay closed to others.
  umask 022
  mkdir -p "$run/root" "$data/upper" "$data/work"
  umask 077
  keep_program
  mkfifo "$run/go" "$run/status" "$run/rooted" "$run/launched" "$run/said"
  step 'Open the writable layer' always
  if [ -e "$data/lower" ]; then
    same_lower host
  else
    printf '%s\n' host >"$data/lower"
  fi
  step 'Use the host'\''s own userland' rootfs
  lower=/
  export lower
  step 'List /proc, /sys and the parts of /dev' 'shm_size, privileged'
  printf '%s\n' 'proc /proc proc nosuid,nodev,noexec,X-mount.mkdir 0 0' \
    'sysfs /sys sysfs nosuid,nodev,noexec,ro,X-mount.mkdir 0 0' \
    'devpts /dev/pts devpts nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5,X-mount.mkdir 0 0' \
    'shm /dev/shm tmpfs nosuid,nodev,noexec,mode=1777,size=67108864,X-mount.mkdir 0 0' \
    'mqueue /dev/mqueue mqueue nosuid,nodev,noexec,X-mount.mkdir 0 0' \
    'cgroup2 /sys/fs/cgroup cgroup2 nosuid,nodev,noexec,ro,X-mount.mkdir 0 0' >>"$run/fstab"
  step 'List what is masked or read-only' 'maskedPaths, readonlyPaths'
  printf '%s\n' 'tmpfs /proc/acpi tmpfs ro,size=0,nosuid,nodev,noexec 0 0' \
    '/dev/null /proc/interrupts none bind 0 0' '/dev/null /proc/kcore none bind 0 0' \
    '/dev/null /proc/keys none bind 0 0' 'tmpfs /proc/scsi tmpfs ro,size=0,nosuid,nodev,noexec 0 0' \
    '/dev/null /proc/timer_list none bind 0 0' \
    'tmpfs /sys/devices/virtual/powercap tmpfs ro,size=0,nosuid,nodev,noexec 0 0' \
    'tmpfs /sys/firmware tmpfs ro,size=0,nosuid,nodev,noexec 0 0' \
    '/proc/bus /proc/bus none bind,ro,nosuid,nodev,noexec 0 0' \
    '/proc/fs /proc/fs none bind,ro,nosuid,nodev,noexec 0 0' \
    '/proc/irq /proc/irq none bind,ro,nosuid,nodev,noexec 0 0' \
    '/proc/sys /proc/sys none bind,ro,nosuid,nodev,noexec 0 0' \
    '/proc/sysrq-trigger /proc/sysrq-trigger none bind,ro,nosuid,nodev,noexec 0 0' >>"$run/fstab"
  step 'Write hosts, hostname and resolv.conf' 'extra_hosts, hostname, dns, dns_search, dns_opt'
  umask 022
  printf '%s\n' '127.0.0.1	localhost' '::1	localhost ip6-localhost ip6-loopback' 'fe00::	ip6-localnet' \
    'ff00::	ip6-mcastprefix' 'ff02::1	ip6-allnodes' 'ff02::2	ip6-allrouters' '127.0.1.1	capabilities' >"$run/hosts"
  printf '%s\n' capabilities >"$run/hostname"
  copy_resolv_conf
  umask 077
  printf '%s\n' '/dev/.old/run/boxes/capabilities/hosts /etc/hosts none bind,rprivate 0 0' \
    '/dev/.old/run/boxes/capabilities/hostname /etc/hostname none bind,rprivate 0 0' \
    '/dev/.old/run/boxes/capabilities/resolv.conf /etc/resolv.conf none bind,rprivate 0 0' >>"$run/fstab"
  step 'Write down what a process of the box is' 'command, entrypoint, environment, env_file, working_dir, user, group_add, umask, ulimits, oom_score_adj, cap_add, cap_drop, security_opt, no_new_privs, seccomp, privileged'
  printf '%s\0' 'arch x86_64' 'user 0' 'cwd /' 'umask 0022' 'bounding 401' 'lastcap 40' 'nnp 1' \
    'env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' 'env HOSTNAME=capabilities' \
    'arg sh' 'arg -c' 'arg grep -E '\''^(Cap|NoNewPrivs|Seccomp)'\'' /proc/self/status' 'flags 0' \
    'filter
32 0 0 4 # arch
21 0 85 3221225534 # x86_64
32 0 0 0 # nr
53 0 13 280 # nr >= 280 utimensat
53 0 6 336 # nr >= 336 uprobe
53 0 3 444 # nr >= 444 landlock_create_ruleset
53 0 1 462 # nr >= 462 mseal
53 77 76 467 # nr >= 467 open_tree_attr
53 77 21 459 # nr >= 459 lsm_get_self_attr
53 0 24 434 # nr >= 434 pidfd_open
53 20 21 440 # nr >= 440 process_madvise
53 0 3 312 # nr >= 312 kcmp
53 0 1 320 # nr >= 320 kexec_file_load
53 70 21 324 # nr >= 324 membarrier
53 69 71 314 # nr >= 314 sched_setattr
53 0 21 304 # nr >= 304 open_by_handle_at
53 19 69 305 # nr >= 305 clock_adjtime
53 0 6 163 # nr >= 163 acct
53 0 3 240 # nr >= 240 mq_open
53 0 1 251 # nr >= 251 ioprio_set
53 65 18 279 # nr >= 279 move_pages
53 64 19 248 # nr >= 248 add_key
53 0 63 186 # nr >= 186 gettid
53 62 18 236 # nr >= 236 vserver
53 0 3 134 # nr >= 134 uselib
53 0 1 155 # nr >= 155 pivot_root
53 17 59 157 # nr >= 157 prctl
53 17 19 137 # nr >= 137 statfs
53 0 20 56 # nr >= 56 clone
53 18 41 57 # nr >= 57 fork
21 55 53 450 # nr == 450 set_mempolicy_home_node
21 52 54 441 # nr == 441 epoll_pwait2
21 53 0 438 # nr == 438 pidfd_getfd
21 51 50 435 # nr == 435 clone3
21 49 51 424 # nr == 424 pidfd_send_signal
21 48 50 322 # nr == 322 execveat
21 49 47 308 # nr == 308 setns
21 48 0 300 # nr == 300 fanotify_init
21 47 45 298 # nr == 298 perf_event_open
21 46 0 272 # nr == 272 unshare
21 45 43 256 # nr == 256 migrate_pages
21 44 42 246 # nr == 246 kexec_load
21 43 0 227 # nr == 227 clock_settime
21 42 40 212 # nr == 212 lookup_dcookie
21 41 39 161 # nr == 161 chroot
21 40 0 153 # nr == 153 vhangup
21 39 37 139 # nr == 139 sysfs
21 3 38 135 # nr == 135 personality
21 37 35 103 # nr == 103 syslog
21 24 0 41 # nr == 41 socket
21 30 33 16 # nr == 16 ioctl
32 0 0 20 # arg0 high
21 0 3 0
32 0 0 16 # arg0 low
21 29 0 0
32 0 0 20 # arg0 high
21 0 3 0
32 0 0 16 # arg0 low
21 25 0 8
32 0 0 20 # arg0 high
21 0 3 0
32 0 0 16 # arg0 low
21 21 0 131072
32 0 0 20 # arg0 high
21 0 3 0
32 0 0 16 # arg0 low
21 17 0 131080
32 0 0 20 # arg0 high
21 0 17 0
32 0 0 16 # arg0 low
21 13 15 4294967295
32 0 0 16 # arg0 low
84 0 0 2114060288
21 10 12 0
32 0 0 16 # arg0 low
21 10 0 38
21 9 0 40
21 0 6 16
32 0 0 32 # arg2 low
21 0 4 9
6 0 0 327702 # ERRNO 22
32 0 0 24 # arg1 low
21 3 0 21522
21 2 0 21532
6 0 0 2147418112 # ALLOW
6 0 0 327718 # ERRNO 38
6 0 0 327681 # ERRNO 1
6 0 0 2147483648 # KILL_PROCESS
' >"$run/process"
}

# The control group.
confine() {
  :
}

# The control group, where systemd makes it.
enter_scope() {
  step 'Make the control group' always
  make_scope 0
  printf '%s\n' '+cpu +io +memory +pids' >/sys/fs/cgroup/boxes.slice/boxes-capabilities.scope/cgroup.subtree_control
}

# In the furnisher: the box's mount namespace, before the pivot.
build_root() {
  step 'Mount the root file system' 'rootfs, mount'
  mount -t overlay overlay -o "nodev,lowerdir=$lower,upperdir=$data/upper,workdir=$data/work" "$run/root"
  cd "$run/root"
  step 'Make /dev and the mount targets' always
  [ ! -h dev ] ||
    die 125 'the /dev of this root file system is a symbolic link' 'such an image would reach out of the box; do not use it'
  if [ ! -d dev ]; then
    mkdir -m 755 dev
  fi
  mount -t tmpfs -o nosuid,mode=755,size=65536k tmpfs dev
  targets node /dev/null 1 3 666 node /dev/zero 1 5 666 node /dev/full 1 7 666 node /dev/random 1 8 666 node \
    /dev/urandom 1 9 666 node /dev/tty 5 0 666 link /dev/fd /proc/self/fd link /dev/stdin /proc/self/fd/0 link \
    /dev/stdout /proc/self/fd/1 link /dev/stderr /proc/self/fd/2 link /dev/core /proc/kcore link /dev/ptmx \
    pts/ptmx file /etc/hosts file /etc/hostname file /etc/resolv.conf dir /proc 555 dir /sys 555
  step 'Make it the root' always
  pivot_root . dev/.old
}

# Into the cgroup and the namespaces; ends as the monitor.
join() {
  step 'Enter the cgroup and the namespaces' 'pid, network_mode, ipc, uts, cgroup, time, timeOffsets'
  printf '%s\n' 0 >/sys/fs/cgroup/boxes.slice/boxes-capabilities.scope/box/cgroup.procs
  exec unshare --mount --propagation slave --pid --net --ipc --uts --cgroup --time --monotonic 0 --boottime 0 \
    -- sh "$self" monitor
}

# In PID 1: the rest of the box; ends as its command.
become() {
  step 'Name the machine' 'hostname, domainname'
  printf '%s\n' capabilities >/proc/sys/kernel/hostname
  step 'Bring up the loopback' network_mode
  ip link set lo up &
  loopback=$!
  step 'Mount what was listed' always
  root_is_there
  mount -N "$furnisher" --all --fstab "$run/fstab"
  step 'Detach the host' always
  umount -N "$furnisher" --lazy /dev/.old
  step 'Take a read-only view of the host'\''s tools' always
  mount -o remount,bind,ro /
  step 'Launch the command' command
  wait "$loopback"
  exec 8<"$run/process"
  exec nsenter "--mount=/proc/$furnisher/ns/mnt" --root=/ -- perl -e "$LAUNCHER" up "/proc/$furnisher/root"
}

# The view that a further process runs from, if the monitor that kept one is gone.
viewing() {
  step 'Take such a view for a further process' always
  # Held open, since no other process keeps it.
  exec 7</proc/self/ns/mnt
  mount -o remount,bind,ro /
}

# A further process in the running box.
entering() {
  step 'Enter the box' always
  exec 8<"$run/process"
  exec 9</sys/fs/cgroup/boxes.slice/boxes-capabilities.scope/box
  exec nsenter --target "$enter_target" --mount --uts --ipc --net --time "--root=$enter_view" -- perl -e \
    "$LAUNCHER" enter "/proc/$enter_target/root" "$@"
}

# Takes back what the steps made, last first.
undo() {
  left=''
  remove_groups || left=yes
  remove_directories || left=yes
  [ -z "$left" ]
}

case ${1-} in
  up | enter | stop | down | status | logs | furnish | hold | spawn | monitor | into | alone) verb=$1; shift; "$verb" "$@" ;;
  *)
    printf 'usage: %s up | enter | stop | down | status | logs\n' "$0" >&2
    exit 2
    ;;
esac
exit

#box {"name":"capabilities","source":{"path":"specs/capabilities.yaml","sha256":"0000000000000000000000000000000000000000000000000000000000000000"},"labels":{},"paths":{"runRoot":"/run/boxes","run":"/run/boxes/capabilities","dataRoot":"/var/lib/boxes","data":"/var/lib/boxes/boxes/capabilities","roots":"/var/lib/boxes/roots"},"launcher":"perl","namespaces":{"mount":{"mode":"private"},"pid":{"mode":"private"},"network":{"mode":"private"},"ipc":{"mode":"private"},"uts":{"mode":"private"},"cgroup":{"mode":"private"},"time":{"mode":"private"},"user":{"mode":"host"},"ids":"shared","uidMappings":[],"gidMappings":[],"timeOffsets":{"monotonic":0,"boottime":0}},"rootfs":{"kind":"host"},"layer":"overlay","mounts":{"readOnly":false,"volumes":[],"tmpfs":[],"devices":[],"shmSize":67108864,"masked":"default","readonlyPaths":"default"},"network":{"hosts":["127.0.0.1\tlocalhost","::1\tlocalhost ip6-localhost ip6-loopback","fe00::\tip6-localnet","ff00::\tip6-mcastprefix","ff02::1\tip6-allnodes","ff02::2\tip6-allrouters","127.0.1.1\tcapabilities"],"resolvConf":null,"tool":null},"process":{"args":["sh","-c","grep -E '^(Cap|NoNewPrivs|Seccomp)' /proc/self/status"],"workingDir":"/","user":"0","groups":[],"umask":18,"ulimits":[],"oomScoreAdj":null,"sysctls":[],"init":false,"tty":false,"hostname":"capabilities","domainname":null,"stopSignal":"TERM","stopGracePeriod":10,"environment":[["PATH","/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],["HOSTNAME","capabilities"]]},"privileges":{"privileged":false,"capabilities":["CAP_CHOWN","CAP_NET_BIND_SERVICE"],"noNewPrivs":true,"seccomp":{"name":"default","profile":null},"landlock":null},"resources":{"cpus":null,"cpuShares":null,"cpuset":null,"cpusetMems":null,"memory":null,"memoryReservation":null,"memorySwap":null,"swappiness":null,"oomKillDisable":false,"pids":null,"blkio":{"weight":null,"weightDevices":[],"limits":[]},"deviceRules":[],"hugetlb":[],"unified":[]},"notes":[]}
