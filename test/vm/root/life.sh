# A box from up to down.
. /src/library

foreground() {
  expect "$(box hello up --rm)" is 'Hello from hello, where I am process 1.'
}
try 'up says what the command says' foreground
