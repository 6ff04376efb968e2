# Landlock comes from setpriv(1), a program of the host, so this goes back to the host's tree and becomes setpriv, which becomes
# the launcher once more. What that one does in the box it does by handles, so that it needs no rule there; perl itself needs one
# for the host's root. The box gains nothing by it: on its way up from a file the kernel ends at the root of the box, which is
# another directory. setpriv would resolve a rule's path among the host's files: it gets a handle that was opened in the box.
my ($path, $memfd_create, $dup3) = (010000000, $the{arch} eq "aarch64" ? (279, 24) : (319, 292));
# F_DUPFD: it stays open at the exec, under a number that the shells do not use.
sub keep { my ($handle) = @_; fcntl($handle, 0, 64) || fail 125, "fcntl: $!" }
sysopen my $box, "/", $path or fail 125, "/: $!";
sysopen my $cwd, ".", $path or fail 125, "$the{cwd}: $!";
my %denied = map { $_ => 1 } split /,/, $the{landlock};
my @rules;
for (@{$all{rule} || []}) { my ($access, $place) = split / /, $_, 2;
  # openat2(2): no link leads out, neither by its text (RESOLVE_IN_ROOT) nor by /proc (RESOLVE_NO_MAGICLINKS).
  my $fd = syscall(437, fileno $box, $place, my $how = pack("QQQ", $path, 0, 0x12), 24);
  $fd == -1 and fail 125, "landlock: $place: ", $!{ELOOP} ? "a link that leads out of the box, or in a circle" : $!;
  open my $handle, "<&=", $fd or fail 125, "landlock: $place: $!";
  -d $handle or !grep { /-dir$|^make-|^remove-|^refer$/ } split /,/, $access or fail 125, "landlock: $place is no directory, so $access is too much to allow";
  push @rules, "path-beneath:$access:/proc/self/fd/" . keep($handle) }
my $own = join ",", grep { $denied{$_} } "execute", "read-file";
push @rules, "path-beneath:$own:/" if $own ne "";

my $name = "records"; my $fd = syscall($memfd_create, $name, 0); $fd == -1 and fail 125, "memfd_create: $!";
open my $memory, "+<&=", $fd or fail 125, "memfd: $!";
my %many = map { $_ => 1 } "arg", "env", "groups", "rlimit";
my $text = join "", map { my $key = $_; map { "$key $_\0" } $many{$key} ? @{$all{$key} || []} : $the{$key} // "" } keys %{{%the, %all}};
syswrite($memory, $text) == length $text and sysseek $memory, 0, 0 or fail 125, "memfd: $!";
my @kept = (keep($box), keep($cwd));
chdir $host and chroot "." or fail 125, "chroot: $!";
if ($up) { fcntl $out, 2, 0 or fail 125, "fcntl: $!" }
syscall($dup3, fileno $memory, 8, 0) == 8 or fail 125, "dup3: $!";
exec "setpriv", "--landlock-access", "fs:$the{landlock}", (map { ("--landlock-rule", $_) } @rules), "--", "perl", "-e", $become, $verb, join ":", @kept;
fail 125, "setpriv: $!";
