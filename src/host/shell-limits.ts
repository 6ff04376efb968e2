/** ulimit of a shell: the option for a limit of getrlimit(2), and the bytes or pieces that one of its units is (busybox, shell/shell_common.c). */
export const SHELL_LIMITS: Readonly<Record<string, readonly [option: string, unit: number]>> = {
  as: ['v', 1024],
  core: ['c', 512],
  cpu: ['t', 1],
  data: ['d', 1024],
  fsize: ['f', 512],
  locks: ['x', 1],
  memlock: ['l', 1024],
  nofile: ['n', 1],
  nproc: ['u', 1],
  rss: ['m', 1024],
  stack: ['s', 1024],
}
