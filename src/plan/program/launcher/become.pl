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
  fail 125, $! == 22 ? "user: the box's user namespace has not all of the ids $ids" : "$name: $!" }
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
