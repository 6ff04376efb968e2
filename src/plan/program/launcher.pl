# The launcher: the last host program before the program of the box. It keeps every capability until the exec,
# so nothing in the box can look through its /proc/PID/root, and it runs from a read-only view of the host.
# usage: perl -e LAUNCHER up|enter ROOT [COMMAND...]   ROOT: /proc/PID/root   fd 4: status out (up)   fd 8: records, each ended by NUL   fd 9: the group of v2, or its cgroup.procs (enter)
my ($verb, $root) = splice @ARGV, 0, 2;
my $up = $verb eq "up";
# What is told when all is ready: the status of up, or the group that a further process moves into.
my $kept = $up ? 4 : 9;
open my $out, ">&=", $kept or die "boxes: no descriptor $kept: $!";
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
sub attend { my ($child) = @_; $child == -1 and fail 125, "fork: $!"; $child or return;
  waitpid $child, 0; exit($? & 127 ? 128 + ($? & 127) : $? >> 8) }
my $outside;
if (!$up) {
  if (-d $out) { $outside = $$; attend(syscall(435, pack("Q11", 1 << 33, 0, 0, 0, 17, 0, 0, 0, 0, 0, fileno $out), 88)) }
  else { syswrite $out, "0\n" or fail 125, "cgroup: $!" }
  close $out;
  for my $kind ("cgroup", "pid") { open my $file, "<", $root =~ s{root\z}{ns/$kind}r or fail 125, "$kind: $!"; must("setns", fileno $file, 0) }
}

# A handle above 2 would be a way out (CVE-2024-21626): they close at the exec, all but the one kept right now.
my @handles = do { opendir my $dir, "/proc/self/fd" or fail 125, "/proc/self/fd: $!"; grep { /^\d+$/ && $_ > 2 && $_ != $kept } readdir $dir };
chdir "/";
# setns(2) into a mount namespace moves the root to the root of that namespace; without a process of it there is no other handle.
if ($root =~ s/^namespace://) { open my $file, "<", $root or fail 125, "$root: $!"; must("setns", fileno $file, 0x20000) }
else { chroot $root and chdir "/" or fail 125, "chroot: $!" }
# One of them kept the view of the host alive until here.
for (@handles) { open my $handle, "<&=", $_ or next; close $handle }
syscall(436, 3, 0xffffffff, 4) == 0 or fail 125, "close_range: $!";

rmdir "/dev/.old" if $up;
# A session of its own: signals of the terminal outside stay with the caller; TIOCSCTTY for a terminal that is the box alone.
sub session { call("setsid"); !$the{tty} or ioctl STDIN, 0x540E, my $steal = 1 or fail 125, "controlling terminal: $!" }
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

for (@{$all{rlimit} || []}) { my ($what, $name, $soft, $hard) = split / /; my $limit = pack "QQ", map { $_ eq "unlimited" ? ~0 : $_ } $soft, $hard;
  call("prlimit", 0, $what + 0, $limit, 0) == -1 and fail 125, "ulimit $name $soft:$hard: $!" }
my $bounding = hex $the{bounding};
for (0 .. $the{lastcap}) { must("prctl", 24, $_, 0, 0, 0) unless $bounding >> $_ & 1 }
my @filter = map { /^(\d+) (\d+) (\d+) (\d+)/ ? pack("SCCL", $1, $2, $3, $4) : () } split /\n/, $the{filter} || "";
my $code = join "", @filter; my $program = pack "SxxxxxxP", scalar @filter, $code;
sub confine { must("seccomp", 1, $the{flags} + 0, $program) if @filter }
# Without no_new_privs the filter needs CAP_SYS_ADMIN, so it comes before the user changes.
confine() unless $the{nnp};
must("setgroups", scalar @groups, my $list = pack "L*", @groups);
must("setresgid", $gid + 0, $gid + 0, $gid + 0);
must("setresuid", $uid + 0, $uid + 0, $uid + 0);
# Inheritable and ambient capabilities are empty (CVE-2022-24769); root regains its bounding set at the exec.
my ($header, $sets) = (pack("LL", 0x20080522, 0), "\0" x 24);
must("capget", $header, $sets); my @set = unpack "L6", $sets; @set[2, 5] = (0, 0);
if (!$up) { $set[$_] &= $bounding & 0xffffffff for 0, 1; $set[$_] &= $bounding >> 32 for 3, 4 }
must("capset", $header, pack "L6", @set);
must("prctl", 47, 4, 0, 0, 0);
if ($the{nnp}) { must("prctl", 38, 1, 0, 0, 0); }

my @command = $up ? @{$all{arg}} : @ARGV;
if (!@command) { my $shell = $entry ? $entry->[6] : ""; @command = $shell ne "" && -x $shell ? $shell : "/bin/sh" }
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
  if ($outside) { must("prctl", 1, 9, 0, 0, 0); getppid == $outside or fail 125, "who waits for this is gone, or the filter refuses getppid" }
  attend(fork // -1);
  session();
}
%ENV = %environment;
if ($up) { syswrite $out, "ok\n" } else { must("prctl", 1, 9, 0, 0, 0) }
confine() if $the{nnp};
exec { $file } @command;
fail $!{ENOENT} || $!{ENOTDIR} ? 127 : 126, "$command[0]: $!";
