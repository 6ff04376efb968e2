import type { Box } from '../spec/box.ts'

/** Plain data: `JSON.parse(JSON.stringify(plan))` is the plan. */
export interface Plan {
  /** Version of this shape. */
  readonly schema: 1
  readonly box: Box
  readonly steps: readonly Step[]
  /** Whose head and tail keep and follow the log, and what the lock of all boxes is. */
  readonly means: { readonly log: 'coreutils' | 'applets'; readonly lock: 'flock' | 'links' }
  /** Shell variables at the program's top: name → value. */
  readonly constants: Readonly<Record<string, string>>
}

/**
 * Where a step's commands run; each is one function of the program.
 * - `host`: in the caller's namespaces, before anything of the box runs
 * - `confine`: the same, beside the furnisher's work
 * - `scope`: in the process that becomes the monitor, or in the parent of it and of the log's keeper
 * - `furnish`: in the box's mount namespace, before `pivot_root`; the host's tools are still there
 * - `join`: the way into the cgroup and the namespaces; ends by becoming the monitor
 * - `init`: in PID 1 of the box; tools come from a read-only view of the host; ends by becoming the box's command
 * - `view`: in a mount namespace of its own, before `enter`, if nobody keeps one with a read-only view
 * - `enter`: what `enter` does, in a process of its own
 */
export type Where = 'host' | 'confine' | 'scope' | 'furnish' | 'join' | 'init' | 'view' | 'enter'

/** What `boxes explain` tells of a kind of step. */
export interface About {
  /** What it does, in a sentence or two. */
  readonly does: string
  /** The kernel feature and system calls behind it. */
  readonly kernel: string
  /** Manual pages. */
  readonly man: string
  /** What would be lost without it. */
  readonly without: string
  /** The docker flag or behaviour that corresponds. */
  readonly docker: string
}

export interface Step {
  /** File name in src/plan/steps without its ending. */
  readonly kind: string
  readonly title: string
  /** The spec field that asked for it, or `always`. */
  readonly why: string
  readonly where: Where
  readonly run: readonly Command[]
  /** Harmless when the thing is not there. Empty where the end of a namespace is the undo. */
  readonly undo: readonly Command[]
}

/** A shell variable of the program's frame or set by a `capture`; never text that a spec could reach. */
export interface Ref {
  readonly ref: string
}
export type Part = string | Ref
/** One word of a command; an array is a concatenation. */
export type Word = Part | readonly Part[]

export type Command =
  /** Start a tool. `exec`: the shell becomes it. `background`: its pid goes into this variable, for a later `wait`. */
  | {
      readonly run: readonly Word[]
      readonly exec?: true
      readonly background?: string
    }
  /** Call a function of the program's frame. */
  | { readonly call: string; readonly args: readonly Word[] }
  /** `printf '%s\n' LINE… >file`: a builtin, so no process list shows the text. `end` `\\0` is for records that may hold newlines. */
  | { readonly write: Word; readonly lines: readonly Word[]; readonly end?: '\\0'; readonly append?: true }
  /** Bytes into a file, by `printf %b`, which knows NUL. */
  | { readonly bytes: Word; readonly octal: readonly string[] }
  /** `name=$(argv)` */
  | { readonly capture: string; readonly from: readonly Word[] }
  /** `exec N<file` or `exec N>file`: opens a descriptor of the shell. */
  | { readonly open: number; readonly from: Word }
  | { readonly open: number; readonly to: Word }
  /** `name=value` */
  | { readonly set: string; readonly to: Word }
  /** `[ test ] || die 125 message remedy` */
  | { readonly assert: readonly Word[]; readonly message: Word; readonly remedy: Word }
  /** `if [ test ]; then …; else …; fi` */
  | {
      readonly when: readonly Word[]
      readonly do: readonly Command[]
      readonly otherwise?: readonly Command[]
    }
  /** A comment line in the program: a reason or a warning. */
  | { readonly note: string }
  | { readonly wait: string }
