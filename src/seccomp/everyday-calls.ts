/**
 * Calls that every box may make, whatever its capabilities: docker's unconditional list without those of 32-bit machines.
 * Left out there and here: key rings, io_uring, userfaultfd, kexec, swap, moving pages of other processes.
 */
export const EVERYDAY = [
  // Files by name
  'access chdir chmod chown creat faccessat faccessat2 fchmodat fchmodat2 fchownat futimesat getcwd',
  'lchown link linkat lstat mkdir mkdirat mknod mknodat name_to_handle_at newfstatat open openat openat2',
  'readlink readlinkat rename renameat renameat2 rmdir stat statfs statx symlink symlinkat truncate umask',
  'unlink unlinkat utime utimensat utimes',
  // Extended attributes
  'fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr listxattrat',
  'llistxattr lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat',
  // Open files
  'cachestat close close_range copy_file_range dup dup2 dup3 fadvise64 fallocate fchdir fchmod fchown',
  'fcntl fdatasync flock fstat fstatfs fsync ftruncate getdents getdents64 ioctl lseek pipe pipe2 pread64',
  'preadv preadv2 pwrite64 pwritev pwritev2 read readahead readv sendfile splice sync sync_file_range',
  'syncfs tee vmsplice write writev',
  // Mounts and files watched
  'fanotify_mark inotify_add_watch inotify_init inotify_init1 inotify_rm_watch listmount statmount',
  // Waiting for several things
  'epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old',
  'eventfd eventfd2 poll ppoll pselect6 select signalfd signalfd4 timerfd_create timerfd_gettime',
  'timerfd_settime',
  // Asynchronous reads and writes, the old kind
  'io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit',
  // Sockets; `socket` has rules about families
  'accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg',
  'sendmmsg sendmsg sendto setsockopt shutdown socket socketpair',
  // Memory
  'brk madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap',
  'mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect',
  'remap_file_pages',
  // Processes and threads; `clone` and `personality` have rules of their own
  'execve execveat exit exit_group fork get_robust_list get_thread_area getpgid getpgrp getpid getppid',
  'getpriority getrlimit getrusage getsid gettid kill pause pidfd_open pidfd_send_signal prctl prlimit64',
  'process_mrelease restart_syscall rseq set_robust_list set_thread_area set_tid_address setpgid',
  'setpriority setrlimit setsid tgkill tkill uretprobe vfork wait4 waitid',
  // Signals
  'rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait',
  'rt_tgsigqueueinfo sigaltstack',
  // Locks and messages between processes
  'futex futex_requeue futex_wait futex_waitv futex_wake mq_getsetattr mq_notify mq_open mq_timedreceive',
  'mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd semctl semget semop semtimedop shmat shmctl shmdt',
  'shmget',
  // Scheduling
  'getcpu ioprio_get ioprio_set sched_get_priority_max sched_get_priority_min sched_getaffinity',
  'sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr',
  'sched_setparam sched_setscheduler sched_yield',
  // Who one is, and giving up rights
  'capget capset getegid geteuid getgid getgroups getresgid getresuid getuid landlock_add_rule',
  'landlock_create_ruleset landlock_restrict_self seccomp setfsgid setfsuid setgid setgroups setregid',
  'setresgid setresuid setreuid setuid',
  // Time; the kernel asks for CAP_SYS_TIME where adjtimex would set the clock
  'adjtimex alarm clock_adjtime clock_getres clock_gettime clock_nanosleep getitimer gettimeofday',
  'nanosleep setitimer time timer_create timer_delete timer_getoverrun timer_gettime timer_settime times',
  // The machine
  'getrandom sysinfo uname',
].join(' ')
