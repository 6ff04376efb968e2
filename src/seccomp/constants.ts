/** Kernel numbers that the default profile compares with. They are the same on x86_64 and aarch64. */

/** asm-generic/ioctls.h */
export const IOCTL = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c } as const

/** linux/socket.h */
export const AF = { NETLINK: 16, ALG: 38, VSOCK: 40 } as const
/** linux/netlink.h */
export const NETLINK_AUDIT = 9

/** linux/sched.h: NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. NEWTIME is no flag of clone(2). */
export const CLONE_NEW_ANY = 0x7e020000

/** linux/personality.h: PER_LINUX, PER_LINUX32, both with UNAME26, and the question which one it is. */
export const PERSONALITIES = [0x0, 0x8, 0x20000, 0x20008, 0xffffffff] as const

export const EINVAL = 22
export const LOW_HALF = 0xffffffff
