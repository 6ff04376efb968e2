/** The facts about one machine that planning may use. Read once by `probe`, written by `boxes doctor --json`. */
export interface Host {
  /** Version of this shape; a file with another number is refused. */
  readonly schema: 1
  /** `uname -m`: `x86_64` or `aarch64`. */
  readonly arch: Arch
  /** Kernel release as [major, minor], e.g. [6, 18]. */
  readonly kernel: readonly [number, number]
  readonly hostname: string
  /** True when the caller is uid 0 in the initial user namespace. */
  readonly root: boolean
  readonly user: UserFacts
  /** Capability names (`CAP_…`) in the caller's bounding set. */
  readonly capabilities: readonly string[]
  readonly cgroup: CgroupFacts
  /** Namespace kinds the kernel offers, as named in /proc/self/ns. */
  readonly namespaces: readonly string[]
  /** Filesystem types from /proc/filesystems that boxes mounts: overlay, tmpfs, mqueue, … */
  readonly filesystems: readonly string[]
  /** The kernel can filter system calls (CONFIG_SECCOMP). */
  readonly seccomp: boolean
  /** Linux security modules that are active, from /sys/kernel/security/lsm; empty when that cannot be read. */
  readonly lsm: readonly string[]
  /** Tool name → absolute path and version; a missing tool has no entry. */
  readonly tools: Readonly<Record<string, Tool>>
  /** Mount points that hold the tools we start inside a box's namespaces (`/`, `/usr` …): the read-only view covers them. */
  readonly toolMounts: readonly string[]
  /** Of docker's default masked paths those that this kernel has, with what they are. */
  readonly masks: readonly { readonly path: string; readonly directory: boolean }[]
  /** Of docker's default read-only paths those that this kernel has. */
  readonly readonlyPaths: readonly string[]
  /** Online CPUs and total memory in bytes: limits above them are impossible. */
  readonly cpus: number
  readonly memory: number
  /** Huge page sizes, as in `hugetlb.2MB.*`. */
  readonly hugepages: readonly string[]
  /** Hard resource limits of the caller by name (`nofile` …); null means unlimited. */
  readonly rlimits: Readonly<Record<string, number | null>>
}

export type Arch = 'x86_64' | 'aarch64'

export interface Tool {
  readonly path: string
  /**
   * Number of util-linux tools and of GNU tar, e.g. `2.38.1`; `busybox` for its applets; another tar with its name,
   * e.g. `bsdtar 3.6.2`; `static` for a busybox that needs no loader; empty for all other tools. Compare with `atLeast`.
   */
  readonly version: string
}

/** The caller. */
export interface UserFacts {
  readonly uid: number
  readonly gid: number
  readonly name: string
  /** Ids that are the caller's to map, from /etc/subuid and /etc/subgid: first id, and how many. */
  readonly subuids: readonly IdRange[]
  readonly subgids: readonly IdRange[]
  /** Where boxes of this user are kept: what is gone after a reboot, and what stays. */
  readonly runRoot: string
  readonly dataRoot: string
  /** Switches of this machine that keep ordinary users from making user namespaces, e.g. `user.max_user_namespaces=0`. */
  readonly locks: readonly string[]
  /** Of the devices that tools of an ordinary user's box open (`DEVICES`) those that the caller may; root is not asked. */
  readonly devices: readonly string[]
}

export type IdRange = readonly [first: number, count: number]

/** For who is not root: what was delegated to them. */
export interface CgroupFacts {
  /** `v1`: controllers in their own trees; `v2`: one tree; `hybrid`: v1 controllers beside a v2 tree. */
  readonly version: 'v1' | 'v2' | 'hybrid' | 'none'
  /** Controller → mount point of its v1 tree; co-mounted controllers share one. Empty on v2. */
  readonly v1: Readonly<Record<string, string>>
  /** Directory of the v2 tree below which boxes have their groups: its mount point, or that of a user's own systemd. */
  readonly v2: string | null
  /** Controllers in the cgroup.controllers of that directory. */
  readonly v2Controllers: readonly string[]
  /** Names of files that a child group has, over all controllers (`memory.swappiness`, `io.weight` …). */
  readonly files: readonly string[]
  /** `systemd` owns the v2 tree, and is asked for a group; null: groups are made with mkdir. */
  readonly manager: 'systemd' | null
}
