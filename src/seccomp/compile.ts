import { ENOSYS, isPermissive, returnValue } from './actions.ts'
import { CODE, DATA, type Filter } from './bpf.ts'
import { condition } from './conditions.ts'
import { dispatch, type Span } from './dispatch.ts'
import { emit } from './emit.ts'
import { createGraph, type Graph, type Node } from './graph.ts'
import type { Profile } from './profile.ts'
import { type Decision, decisions, type Target } from './rules.ts'
import { syscallNames } from './syscalls.ts'

/**
 * Compile a profile for one machine and one set of capabilities.
 *
 * Calls that are not the machine's own 64-bit ones are refused whatever the profile says, and the way a kernel built
 * without them refuses: `int $0x80` and 32-bit programs are killed (with an error alone a 32-bit program could not even
 * exit, and would spin); x32 numbers are ENOSYS (so is -1, with which tracers skip a call).
 *
 * As in runc, a call newer than all those that a strict profile names is ENOSYS, not the default action: C libraries
 * then take the older call.
 *
 * Throws a RangeError when the profile needs more instructions than the kernel takes.
 * Sources: Linux Documentation/userspace-api/seccomp_filter.rst; OCI runtime-spec config-linux.md#seccomp.
 */
export function compileFilter(profile: Profile, target: Target): Filter {
  const graph = createGraph()
  const kill = graph.give(returnValue('SCMP_ACT_KILL_PROCESS'))
  const search = dispatch(graph, spans(graph, profile, target), syscallNames(target.arch))
  const native = graph.load(DATA.nr, search, 'nr')
  const arch = graph.jump(CODE.equal, AUDIT_ARCH[target.arch], native, kill, target.arch)
  return emit(graph, graph.load(DATA.arch, arch, 'arch'))
}

/** From 0 to 2^32 without gaps, neighbours different. */
function spans(graph: Graph, profile: Profile, target: Target): readonly Span[] {
  const fallback = graph.give(returnValue(profile.defaultAction, profile.defaultErrnoRet))
  const refused = graph.give(returnValue('SCMP_ACT_ERRNO', ENOSYS))
  const list: Span[] = []
  let next = 0
  for (const [number, decision] of [...decisions(profile, target)].sort(([a], [b]) => a - b)) {
    if (number > next) add(next, fallback)
    add(number, decisionNode(graph, decision))
    next = number + 1
  }
  add(next, isPermissive(profile.defaultAction) || next === 0 ? fallback : refused)
  if (target.arch === 'x86_64') add(X32_BIT, refused)
  return list

  function add(start: number, node: Node): void {
    if (list.at(-1)?.node !== node) list.push({ start, node })
  }
}

function decisionNode(graph: Graph, { tests, otherwise }: Decision): Node {
  return tests.reduceRight(
    (no, { args, value }) =>
      args.reduceRight((yes, arg) => condition(graph, arg, yes, no), graph.give(value)),
    graph.give(otherwise),
  )
}

/** linux/audit.h: what the kernel writes into `arch`. */
const AUDIT_ARCH = { x86_64: 0xc000003e, aarch64: 0xc00000b7 } as const
/** asm/unistd.h: __X32_SYSCALL_BIT; with AUDIT_ARCH_X86_64 all the same. */
const X32_BIT = 0x40000000
