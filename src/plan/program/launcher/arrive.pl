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
  # One's own needs no entering, and only root may enter that of the host again.
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
