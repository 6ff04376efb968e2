import type { Launcher } from '../host/launcher.ts'

/**
 * What a spec means: no field is optional, every default is applied, every name, path and id is decided.
 * `resolve` makes it; everything after reads only this and the Host.
 */
export interface Box {
  readonly name: string
  /** Path of the spec as the caller named it and its sha256, for the program's header. */
  readonly source: { readonly path: string; readonly sha256: string }
  readonly labels: Readonly<Record<string, string>>
  readonly paths: Paths
  /** What becomes the box's processes on this host. */
  readonly launcher: Launcher
  readonly namespaces: Namespaces
  readonly rootfs: Rootfs
  readonly layer: Layer
  readonly mounts: Mounts
  readonly network: Network
  readonly process: Process
  readonly privileges: Privileges
  readonly resources: Resources
  /** Things the caller should be told: a limitation taken, with what is lost. `--strict` makes them errors. */
  readonly notes: readonly string[]
}

/** Absolute paths, all below `run` (gone after a reboot), `data` (persistent) or `roots` (shared cache). */
export interface Paths {
  /** e.g. /run/boxes */
  readonly runRoot: string
  /** e.g. /run/boxes/web */
  readonly run: string
  /** e.g. /var/lib/boxes */
  readonly dataRoot: string
  /** e.g. /var/lib/boxes/boxes/web */
  readonly data: string
  /** e.g. /var/lib/boxes/roots */
  readonly roots: string
}

/** `private`: a new one; `host`: the caller's; `box`: that of a running box; `path`: a namespace file. */
export type Namespace =
  | { readonly mode: 'private' }
  | { readonly mode: 'host' }
  | { readonly mode: 'box'; readonly box: string }
  | { readonly mode: 'path'; readonly path: string }

export interface Namespaces {
  readonly mount: Namespace
  readonly pid: Namespace
  readonly network: Namespace
  readonly ipc: Namespace
  readonly uts: Namespace
  readonly cgroup: Namespace
  readonly time: Namespace
  readonly user: Namespace
  /** Nonempty exactly when `user` is private. containerID, hostID, size as in the OCI runtime specification. */
  readonly uidMappings: readonly IdMapping[]
  readonly gidMappings: readonly IdMapping[]
  /** Whose the mapped ids are: of this box alone (`userns_mode: auto`), those that the spec told, or shared with others. */
  readonly ids: 'alone' | 'told' | 'shared'
  /** Seconds (whole) added to CLOCK_MONOTONIC / CLOCK_BOOTTIME in a private time namespace. */
  readonly timeOffsets: { readonly monotonic: number; readonly boottime: number }
}

export interface Network {
  /** Every line of /etc/hosts. */
  readonly hosts: readonly string[]
  /** The lines of /etc/resolv.conf; null: those of the host that work in the box. */
  readonly resolvConf: readonly string[] | null
  /** The process outside that connects the box's own network namespace; null: nothing does. */
  readonly tool: 'pasta' | 'slirp4netns' | null
}

export interface IdMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}

export type Rootfs =
  | { readonly kind: 'host' }
  | { readonly kind: 'directory'; readonly path: string }
  /** `key`: name of the unpacked tree in the cache. */
  | { readonly kind: 'tarball'; readonly path: string; readonly sha256: string; readonly key: string }
  | {
      readonly kind: 'debootstrap'
      readonly suite: string
      readonly include: readonly string[]
      readonly variant: string
      readonly mirror: string | null
      /** sha256 over the inputs above and the architecture. */
      readonly key: string
    }
  /** No root of its own: it uses that of the mount namespace that it joins. */
  | { readonly kind: 'joined' }

/**
 * How the writable layer lies over the root file system: the kernel's overlayfs; the same as an ordinary user may mount it (`userxattr`, since
 * Linux 5.11); a process that does the same in user space; or a copy of the root, made once.
 */
export type Layer = 'overlay' | 'userxattr' | 'fuse-overlayfs' | 'copy'

export interface Mounts {
  readonly readOnly: boolean
  readonly volumes: readonly Volume[]
  readonly tmpfs: readonly Tmpfs[]
  readonly devices: readonly Device[]
  /** Bytes of /dev/shm. */
  readonly shmSize: number
  readonly masked: readonly string[] | 'default'
  readonly readonlyPaths: readonly string[] | 'default'
}

export interface Volume {
  /** Absolute on the host; need not exist: a missing one is an error at run time. */
  readonly source: string
  /** Absolute, normalised, inside the box. */
  readonly target: string
  readonly readOnly: boolean
  readonly propagation: 'private' | 'rprivate' | 'slave' | 'rslave' | 'shared' | 'rshared'
  /** Make a missing source directory (compose's short syntax and `create_host_path`). */
  readonly create: boolean
  /** Its owners are mapped: who owns a file on disk owns it in the box's user namespace, by the same number there. */
  readonly idmap: boolean
  /** Spec field, e.g. `volumes[0]`. */
  readonly why: string
}

export interface Tmpfs {
  readonly target: string
  /** Mount options as mount(8) takes them, validated: `size=67108864`, `mode=1777`, `noexec` … */
  readonly options: readonly string[]
  readonly why: string
}

export interface Device {
  readonly source: string
  readonly target: string
  /** Subset of `rwm`. */
  readonly permissions: string
  readonly why: string
}

export interface Process {
  /** Never empty: entrypoint followed by command. */
  readonly args: readonly [string, ...string[]]
  /** Ordered NAME, value; names are unique. PATH, HOSTNAME (and TERM with a tty) are filled in. HOME only if the spec sets it. */
  readonly environment: readonly (readonly [string, string])[]
  readonly workingDir: string
  /** As the spec says: name, uid, name:group, uid:gid; looked up inside the root at start. */
  readonly user: string
  readonly groups: readonly string[]
  /** Octal number, e.g. 0o022. */
  readonly umask: number
  /** Soft and hard limit by name without `RLIMIT_`, lower case; null means unlimited. */
  readonly ulimits: readonly {
    readonly name: string
    readonly soft: number | null
    readonly hard: number | null
  }[]
  readonly oomScoreAdj: number | null
  readonly sysctls: readonly (readonly [string, string])[]
  readonly init: boolean
  readonly tty: boolean
  readonly hostname: string | null
  readonly domainname: string | null
  /** Name without SIG, e.g. `TERM`. */
  readonly stopSignal: string
  /** Seconds, may be fractional. */
  readonly stopGracePeriod: number
}

export interface Privileges {
  readonly privileged: boolean
  /** Capability names kept, sorted by number, e.g. `CAP_CHOWN`. */
  readonly capabilities: readonly string[]
  readonly noNewPrivs: boolean
  /** null: unconfined. `profile` is null for the built-in one, which is named `default`. */
  readonly seccomp: null | { readonly name: string; readonly profile: unknown }
  readonly landlock: null | Landlock
}

/** Rights in the words of setpriv(1): what `denied` names is denied, but for what a rule allows at its path and below. */
export interface Landlock {
  /** Never empty. */
  readonly denied: readonly string[]
  /** Paths are inside the box, absolute and normalised; `access` is a nonempty part of `denied`. */
  readonly rules: readonly { readonly path: string; readonly access: readonly string[] }[]
}

export interface Resources {
  /** CPUs, e.g. 1.5; null: no limit. */
  readonly cpus: number | null
  /** cgroup v1 scale 2…262144. */
  readonly cpuShares: number | null
  readonly cpuset: string | null
  readonly cpusetMems: string | null
  /** Bytes. */
  readonly memory: number | null
  readonly memoryReservation: number | null
  /** Bytes of memory + swap together, as docker counts; -1: unlimited swap. */
  readonly memorySwap: number | null
  readonly swappiness: number | null
  readonly oomKillDisable: boolean
  /** -1: unlimited. */
  readonly pids: number | null
  readonly blkio: {
    /** 10…1000 */
    readonly weight: number | null
    readonly weightDevices: readonly { readonly path: string; readonly weight: number }[]
    readonly limits: readonly {
      readonly kind: 'read_bps' | 'write_bps' | 'read_iops' | 'write_iops'
      readonly path: string
      readonly rate: number
    }[]
  }
  /** Rules after the default ones, OCI form without type `a` shorthand resolved: `c 10:200 rwm`. */
  readonly deviceRules: readonly string[]
  readonly hugetlb: readonly { readonly pageSize: string; readonly limit: number }[]
  /** v2 file → value, written raw. */
  readonly unified: readonly (readonly [string, string])[]
}
