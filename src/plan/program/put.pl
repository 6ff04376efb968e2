# Puts a mount that was made aside at a place inside a volume. Who else writes to the volume may rename there at any moment: it is
# the root while the place is looked for and made, so that no link leads out, and the kernel gets a handle on the place, not a path.
# usage: perl -e PUT ARCH NAMESPACE ASIDE VOLUME PLACE   NAMESPACE: /proc/PID/ns/mnt of the box   the others: paths in it
my ($arch, $namespace, $aside, $volume, $place) = @ARGV;
sub fail { print STDERR "boxes: $volume$place: ", @_, "\n"; exit 125 }
my ($path, $none) = (010000000, "");
open my $mounts, "<", $namespace or fail "$namespace: $!";
syscall($arch eq "aarch64" ? 268 : 308, fileno $mounts, 0x20000) == 0 or fail "setns: $!";
open my $root, "<", "/" or fail "/: $!";
sysopen my $mount, $aside, $path or fail "$aside: $!";
my $directory = -d $aside;
chdir $volume and chroot "." or fail "chroot: $!";
umask 022;
my @names = grep { $_ ne "" } split m{/}, $place;
while (defined(my $name = shift @names)) {
  -l $name and fail "$name is a link; name the place itself";
  if (@names) { -d _ or mkdir $name or fail "$name: $!"; chdir $name or fail "$name: $!"; next }
  -e _ or ($directory ? mkdir $name : sysopen my $file, $name, 0101) or fail "$name: $!";
  !-d $name == !$directory or fail "a ", ($directory ? "directory" : "file"), " cannot be mounted on a ", ($directory ? "file" : "directory");
  sysopen my $goal, $name, $path or fail "$name: $!";
  # MOVE_MOUNT_F_EMPTY_PATH and MOVE_MOUNT_T_EMPTY_PATH; 429 on x86_64 and arm64.
  syscall(429, fileno $mount, $none, fileno $goal, $none, 0x44) == 0 or fail "move_mount: $!";
}
chdir $root and chroot "." or fail "chroot: $!";
$directory ? rmdir $aside : unlink $aside or fail "$aside: $!";
