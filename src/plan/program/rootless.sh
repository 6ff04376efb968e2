# ---- What is different for an ordinary user ------------------------------------------------------
# Files of the box's users belong to ids that the caller may map, but is not.

erase() {
  rm -rf -- "$@" 2>/dev/null || users map "$uid_map" "$gid_map" rm -rf -- "$@"
}

# become_root COMMAND...: as the root of the box's user namespace.
become_root() {
  exec nsenter --user="/proc/$holder/ns/user" -- "$@"
}

as_root() {
  ( become_root "$@" )
}

# An ordinary user makes a view in the box's user namespace only.
become_viewer() {
  exec nsenter --user="/proc/$enter_target/ns/user" -- unshare --mount --propagation slave -- sh ${trace:+"$trace"} "$self" alone "$@"
}

# Nobody but the machine's root makes device nodes; those of the box are in a /dev of its own.
extract() { untar "$1" --anchored --exclude='dev/*' --exclude='./dev/*'; }

# bootstrap_archive ARCHIVE COMMAND...: mmdebstrap maps ids of its own, so it hands over an archive.
bootstrap_archive() { cached bootstrap_archive_now "$@"; }

bootstrap_archive_now() {
  archive=$1
  shift
  # In a condition the shell goes on after what fails.
  patiently "$@" >&2 && extract "$archive" && rm -f -- "$archive"
}

# lay_fuse OPTIONS: an overlay made by a process. It has the host's root and not the mount that it makes, or it would ask itself for
# files; the furnisher has the mount by propagation. So the process ends by itself, with the last mount namespace of the box.
lay_fuse() {
  [ "$lower" != / ] || leave_out_mounts
  mount --bind "$run" "$run"
  mount --make-shared "$run"
  unshare --mount --propagation unchanged -- fuse-overlayfs -f -o "$1" "$run/root" </dev/null >"$run/fuse" 2>&1 3>&- 4>&- 7>&- 8>&- &
  layer=$! tries=0
  until grep -qF " $run/root " /proc/self/mountinfo; do
    tries=$((tries + 1))
    [ "$tries" -ne 3000 ] || kill -KILL "$layer" || :
    kill -0 "$layer" 2>/dev/null || { cat "$run/fuse" >&2; die 125 'fuse-overlayfs could not lay the writable layer: see above' 'boxes doctor tells what this machine has'; }
    sleep 0.01
  done
  mount --make-private "$run/root"
  mount --make-private "$run"
  umount -N "$layer" --lazy "$run/root"
}

# What is mounted below / is no part of the root file system: the kernel's overlay leaves it out, and so does this one, by directories
# in the layer that are marked as opaque. A box that was here before may have put a link there, and is not followed out of its layer.
leave_out_mounts() {
  perl -e 'my $upper = shift; umask 022; open my $mounts, "<", "/proc/self/mountinfo" or die "boxes: mountinfo: $!\n";
    while (<$mounts>) {
      my $point = (split / /)[4]; $point =~ s/\\(\d{3})/chr oct $1/ge;
      next if $point eq "/" || !-d $point;
      my ($path, $new) = $upper;
      for (split m(/), substr $point, 1) { $path .= "/$_"; ($new = mkdir $path) || lstat $path or die "boxes: $path: $!\n"; $new || -d _ or last }
      $new or next;
      chmod((stat $point)[2] & 07777, $path) && open my $mark, ">", "$path/.wh..wh..opq" or die "boxes: $path: $!\n" }' "$data/upper"
}
