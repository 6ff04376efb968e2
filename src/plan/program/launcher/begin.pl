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
