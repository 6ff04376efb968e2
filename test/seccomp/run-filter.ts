import type { Filter } from '../../src/seccomp/bpf.ts'

/** `struct seccomp_data` without the instruction pointer. */
export interface Call {
  readonly arch: number
  readonly nr: number
  readonly args?: readonly bigint[]
}

export const AUDIT_ARCH = {
  x86_64: 0xc000003e,
  aarch64: 0xc00000b7,
  i386: 0x40000003,
  arm: 0x40000028,
} as const

/** A classic BPF machine, no wider than seccomp's. Throws where the kernel's checker would refuse the program. */
export function runFilter(filter: Filter, call: Call): { readonly value: number; readonly steps: number } {
  const data = new DataView(new ArrayBuffer(64))
  data.setUint32(0, call.nr, true)
  data.setUint32(4, call.arch, true)
  for (const [i, arg] of (call.args ?? []).entries())
    data.setBigUint64(16 + 8 * i, BigInt.asUintN(64, arg), true)

  let accumulator = 0
  let at = 0
  for (let steps = 1; ; steps++) {
    const instruction = filter[at++]
    if (instruction === undefined) throw new Error(`ran past the end, to ${at - 1} of ${filter.length}`)
    const { code, jt, jf, k } = instruction
    if (code === 0x06) return { value: k, steps }
    else if (code === 0x20) accumulator = data.getUint32(k, true)
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0
    else if (code === 0x05) at += k
    else if (code === 0x15) at += accumulator === k ? jt : jf
    else if (code === 0x25) at += accumulator > k ? jt : jf
    else if (code === 0x35) at += accumulator >= k ? jt : jf
    else throw new Error(`unknown code ${code} at ${at - 1}`)
  }
}
