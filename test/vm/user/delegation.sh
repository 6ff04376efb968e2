# What systemd hands to an ordinary user.
. /src/library

who() {
  expect "$(id -u)" is 1000
  expect "${XDG_RUNTIME_DIR-}" is /run/user/1000
}
try 'the user is an ordinary one, in her session' who

controllers() {
  expect "$(cat "${groups%/boxes}/cgroup.controllers")" is 'cpuset cpu io memory pids'
}
try 'her control groups have all controllers' controllers
