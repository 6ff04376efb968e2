/** Numbers of getrlimit(2), the same on x86_64 and arm64 (asm-generic/resource.h). */
const names =
  'cpu fsize data stack core rss nproc nofile memlock as locks sigpending msgqueue nice rtprio rttime'.split(
    ' ',
  )

export function rlimitNumber(name: string): number {
  return names.indexOf(name)
}
