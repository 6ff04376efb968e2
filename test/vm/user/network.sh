# The networks that an ordinary user's box can have, and what of the world it reaches by them.
. /src/library

none() { expect "$(box network-none up --rm)" is 'lo no way'; }
try 'none: the loopback alone' none

host() { expect "$(box network-host up --rm)" like '*way*outside'; }
try 'host: what she reaches herself' host

pasta() { expect "$(box network-pasta up --rm)" is 'lo way outside'; }
try 'pasta: a way out' pasta

slirp4netns() { expect "$(box network-slirp4netns up --rm)" is 'lo tap0 outside'; }
try 'slirp4netns: a way out' slirp4netns
