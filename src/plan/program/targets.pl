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
# it when the mounts are made: the host's tree at /dev/.old, and /proc/1/root; a link through one of them is refused.
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
