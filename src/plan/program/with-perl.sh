# ---- What perl does ------------------------------------------------------------------------------

# Lets go of the terminal that script made: the box's command takes it, and in a user namespace it may not steal one (TIOCNOTTY).
untie="perl -e '\$SIG{HUP} = q(IGNORE); ioctl STDIN, 0x5422, 0; exec @ARGV' --"

# targets ENTRY...: see TARGETS above
targets() {
  perl -e "$TARGETS" "$machine" "$@"
}

# put NAMESPACE ASIDE VOLUME PLACE: see PUT above
put() {
  perl -e "$PUT" "$machine" "$@"
}

# A further process by way of a view of its own.
alone() {
  viewing
  enter_view=/
  entering "$@"
}
