# Mounts in the mount namespace of the box, with its root: SOURCE TARGET TYPE OPTIONS, or the lines of an fstab from standard input.
set -eu
umask 022
# Never a tool of the image.
own=/dev/.host/busybox
mount_one() {
  options="" flags="" propagation="" bind="" make=no rest=$4,
  while [ -n "$rest" ]; do
    option=${rest%%,*} rest=${rest#*,}
    case $option in
      "") ;;
      X-mount.mkdir) make=yes ;;
      bind | rbind) bind=$option ;;
      private | slave | shared | rprivate | rslave | rshared) propagation=$option ;;
      ro | nosuid | nodev | noexec) flags=$flags,$option ;;
      *) options=$options,$option ;;
    esac
  done
  [ "$make" = no ] || [ -d "$2" ] || $own mkdir -p "$2"
  if [ -n "$bind" ]; then
    $own mount -o "$bind" "$1" "$2"
    # The flags of a bind mount are a call of their own (mount(2), MS_REMOUNT).
    [ -z "$flags" ] || $own mount -o "remount,bind$flags" "$2"
  else
    options=$flags$options
    $own mount -t "$3" -o "${options#,}" "$1" "$2"
  fi
  [ -z "$propagation" ] || $own mount "--make-$propagation" "$2"
}
if [ $# -gt 0 ]; then
  mount_one "$@"
  exit
fi
while read -r source target type options _; do
  # Blanks in them are octal numbers: fstab(5).
  mount_one "$(printf %b "$source")" "$(printf %b "$target")" "$type" "$(printf %b "$options")"
done
