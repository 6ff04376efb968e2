import { readCgroups, readDelegated } from './cgroup.ts'
import type { Arch, Host } from './host.ts'
import { readMasks, readReadonlyPaths } from './masks.ts'
import { readMounts } from './mountinfo.ts'
import { readCapabilities, readHardLimits, readRoot } from './process.ts'
import {
  readCpus,
  readFilesystems,
  readHugepages,
  readKernel,
  readMemory,
  readSecurityModules,
} from './system.ts'
import { findTools, mountsHolding } from './tools.ts'
import { readUser } from './user.ts'
import { machine, type World } from './world.ts'

/** The facts about the machine. Reads /proc, /sys and the tool directories; starts a process only for a tool's version not in the cache. */
export const probe = (world: World = machine()): Host => {
  const mounts = readMounts(world)
  const status = world.read('/proc/self/status') ?? ''
  const kernel = readKernel(world)
  const hugepages = readHugepages(world)
  const { tools, places } = findTools(world)
  const root = readRoot(world, status)
  const user = readUser(world, status)
  const cgroups = {
    kernel,
    hugepages,
    systemd: 'busctl' in tools && isManaged(world, root),
  }
  return {
    schema: 1,
    arch: readArch(world),
    kernel,
    hostname: (world.read('/proc/sys/kernel/hostname') ?? '').trim(),
    root,
    user,
    capabilities: readCapabilities(status),
    cgroup: root ? readCgroups(world, mounts, cgroups) : readDelegated(world, mounts, user.uid, cgroups),
    namespaces: world.list('/proc/self/ns').filter((name) => !name.endsWith('_for_children')),
    filesystems: readFilesystems(world),
    seccomp: /^Seccomp:/m.test(status),
    lsm: readSecurityModules(world),
    tools,
    toolMounts: mountsHolding(world, mounts, places),
    masks: readMasks(world),
    readonlyPaths: readReadonlyPaths(world),
    cpus: readCpus(world),
    memory: readMemory(world),
    hugepages,
    rlimits: readHardLimits(world),
  }
}

/** systemd is PID 1; for an ordinary user one of their own runs, too, and can be asked. */
const isManaged = (world: World, root: boolean): boolean =>
  world.stat('/run/systemd/system') !== null &&
  (root || world.stat(`${world.env.XDG_RUNTIME_DIR}/bus`) !== null)

const readArch = (world: World): Arch => {
  if (world.arch === 'x86_64' || world.arch === 'aarch64') return world.arch
  throw new Error(`boxes knows x86_64 and aarch64, not ${world.arch}: its seccomp tables cover these two`)
}
