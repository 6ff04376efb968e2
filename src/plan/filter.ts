import type { Host } from '../host/host.ts'
import type { Filter } from '../seccomp/bpf.ts'
import { compileFilter } from '../seccomp/compile.ts'
import { defaultProfile } from '../seccomp/default-profile.ts'
import { filterFlags, type Profile } from '../seccomp/profile.ts'
import type { Box } from '../spec/box.ts'

/** The filter of a box's system calls, with the flags for seccomp(2); null where it has none. */
export function filterOf(
  { launcher, privileges }: Box,
  host: Host,
): { filter: Filter; flags: number } | null {
  if (privileges.seccomp === null) return null
  const profile = (privileges.seccomp.profile ?? defaultProfile) as Profile
  // capsh changes the root after the filter is there (see the note in resolve/launcher.ts).
  const capabilities = [...privileges.capabilities, ...(launcher === 'setpriv' ? ['CAP_SYS_CHROOT'] : [])]
  const target = { arch: host.arch, capabilities, kernel: host.kernel }
  return { filter: compileFilter(profile, target), flags: filterFlags(profile) }
}
