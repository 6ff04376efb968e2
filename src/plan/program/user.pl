# What no tool of util-linux 2.38 does for a user namespace. Numbers are those of x86_64 and arm64, the same from 424 on.
# usage: perl -e USER ARCH idmap NAMESPACE SOURCE TARGET   shows a tree with its owners mapped (mount_setattr(2), MOUNT_ATTR_IDMAP)
#        perl -e USER ARCH pivot NAMESPACE ROOT            the last part of the furnisher, inside the namespace: its own copy of
#                                                          the mounts, the pivot, then it waits on descriptor 7
#        perl -e USER ARCH map UIDS GIDS COMMAND...        becomes a command, as the root of a new namespace that an ordinary user makes;
#                                                          UIDS, GIDS: what newuidmap(1) and newgidmap(1) take
my ($arch, $verb, $namespace, $source, $target) = @ARGV;
my %number = (open_tree => 428, move_mount => 429, mount_setattr => 442,
  $arch eq "aarch64" ? (unshare => 97, setns => 268, mount => 40, pivot_root => 41) : (unshare => 272, setns => 308, mount => 165, pivot_root => 155));
sub call { my ($name, @args) = @_; my $result = syscall($number{$name}, @args);
  $result == -1 and do { print STDERR "boxes: user namespace: $name: $!\n"; exit 125 }; $result }
if ($verb eq "map") {
  my ($uids, $gids, @command) = @ARGV[2 .. $#ARGV];
  # The tools are those of the machine's root, so a child that stays outside calls them.
  my $made = $$; pipe my $there, my $here;
  my $child = fork // exit 125;
  if (!$child) { close $here; sysread $there, my $word, 1 or exit 125;
    for (["newuidmap", $uids], ["newgidmap", $gids]) { my ($tool, $ids) = @$_;
      system($tool, $made, split / /, $ids) == 0 and next;
      print STDERR "boxes: $tool: $!\n" if $? == -1; exit 125 }
    exit 0 }
  call("unshare", 0x10000000);
  syswrite $here, "!"; waitpid $child, 0; $? == 0 or exit 125;
  ($(, $)) = (0, "0 0"); ($<, $>) = (0, 0);
  exec { $command[0] } @command; print STDERR "boxes: $command[0]: $!\n"; exit 125;
}
open my $user, "<", $namespace or do { print STDERR "boxes: $namespace: $!\n"; exit 125 };
my ($here, $none, $empty) = (-100, "none", "");
if ($verb eq "idmap") {
  my $tree = call("open_tree", $here, $source, 1);
  my $attributes = pack "QQQQ", 0x100000, 0, 0, fileno $user;
  call("mount_setattr", $tree, $empty, 0x1000, $attributes, 32);
  call("move_mount", $tree, $empty, $here, $target, 4);
} else {
  call("setns", fileno $user, 0x10000000);
  call("unshare", 0x20000);
  call("mount", $source, $source, $none, 0x5000, 0);
  chdir $source or exit 125;
  my $old = "dev/.old"; my $dot = ".";
  call("pivot_root", $dot, $old);
  open my $status, ">&=", 4 or exit 125; syswrite $status, "ok\n"; close $status;
  open my $rooted, ">&=", 8 or exit 125; syswrite $rooted, "ok\n";
  open my $leash, "<&=", 7 or exit 125; <$leash>;
}
