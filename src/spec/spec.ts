/**
 * What a person wrote, checked against the schema: every field optional, texts not yet understood.
 * A scalar that may be a text or a number (sizes, users, environment values …) is its source text.
 */
export interface Spec {
  readonly name?: string
  readonly labels?: Pairs
  readonly rootfs?: string | SpecDebootstrap
  readonly read_only?: boolean
  readonly volumes?: readonly (string | SpecVolume)[]
  readonly tmpfs?: string | readonly string[]
  readonly devices?: readonly string[]
  readonly shm_size?: string
  readonly maskedPaths?: readonly string[]
  readonly readonlyPaths?: readonly string[]
  readonly extra_hosts?: Pairs
  readonly dns?: string | readonly string[]
  readonly dns_search?: string | readonly string[]
  readonly dns_opt?: readonly string[]
  readonly entrypoint?: string | readonly string[]
  readonly command?: string | readonly string[]
  readonly environment?: Readonly<Record<string, string | null>> | readonly string[]
  readonly env_file?: string | readonly string[]
  readonly working_dir?: string
  readonly user?: string
  readonly group_add?: readonly string[]
  readonly umask?: string
  readonly ulimits?: Readonly<Record<string, string | { readonly soft: string; readonly hard: string }>>
  readonly oom_score_adj?: number
  readonly sysctls?: Pairs
  readonly init?: boolean
  readonly tty?: boolean
  readonly hostname?: string
  readonly domainname?: string
  readonly stop_signal?: string
  readonly stop_grace_period?: string
  readonly network_mode?: string
  readonly pid?: string
  readonly ipc?: string
  readonly uts?: string
  readonly cgroup?: string
  readonly userns_mode?: string
  readonly mount?: string
  readonly time?: string
  readonly timeOffsets?: { readonly monotonic?: string; readonly boottime?: string }
  readonly uidMappings?: readonly SpecMapping[]
  readonly gidMappings?: readonly SpecMapping[]
  readonly cap_add?: readonly string[]
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly no_new_privs?: boolean
  readonly seccomp?: string
  readonly landlock?: SpecLandlock
  readonly privileged?: boolean
  readonly cpus?: string
  readonly cpu_shares?: number
  readonly cpuset?: string
  readonly mem_limit?: string
  readonly mem_reservation?: string
  readonly memswap_limit?: string
  readonly mem_swappiness?: number
  readonly oom_kill_disable?: boolean
  readonly pids_limit?: number
  readonly blkio_config?: SpecBlkio
  readonly device_cgroup_rules?: readonly string[]
  readonly resources?: {
    readonly cpu?: { readonly mems?: string }
    readonly hugepageLimits?: readonly { readonly pageSize: string; readonly limit: string }[]
    readonly unified?: Readonly<Record<string, string>>
  }
}

export type Pairs = Readonly<Record<string, string>> | readonly string[]

export interface SpecDebootstrap {
  readonly debootstrap: string
  readonly include?: readonly string[]
  readonly variant?: string
  readonly mirror?: string
}

export interface SpecVolume {
  readonly type?: string
  readonly source?: string
  readonly target: string
  readonly read_only?: boolean
  readonly bind?: {
    readonly propagation?: string
    readonly create_host_path?: boolean
    readonly idmap?: boolean
  }
  readonly tmpfs?: { readonly size?: string; readonly mode?: string }
}

export interface SpecLandlock {
  readonly access?: readonly string[]
  readonly rules?: readonly { readonly path: string; readonly access: readonly string[] }[]
}

export interface SpecMapping {
  readonly containerID: number
  readonly hostID: number
  readonly size: number
}

export interface SpecBlkio {
  readonly weight?: number
  readonly weight_device?: readonly { readonly path: string; readonly weight: number }[]
  readonly device_read_bps?: readonly { readonly path: string; readonly rate: string }[]
  readonly device_write_bps?: readonly { readonly path: string; readonly rate: string }[]
  readonly device_read_iops?: readonly { readonly path: string; readonly rate: number }[]
  readonly device_write_iops?: readonly { readonly path: string; readonly rate: number }[]
}

/** Place of a value: map keys and list indices from the top of the file. */
export type Path = readonly (string | number)[]
