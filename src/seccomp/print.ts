import type { Filter } from './bpf.ts'

/**
 * A line for each instruction: `code jt jf k` in decimal, with a `# comment` where it helps. It holds no single quote, so
 * a shell program can carry it between two; perl reads it with /^(\d+) (\d+) (\d+) (\d+)/ and pack 'SCCL'.
 */
export function printFilter(filter: Filter): string[] {
  return filter.map(({ code, jt, jf, k, comment }) => {
    const numbers = `${code} ${jt} ${jf} ${k}`
    return comment === undefined ? numbers : `${numbers} # ${comment.replaceAll("'", '')}`
  })
}

/** An array of `struct sock_filter`, little endian, 8 bytes each: what `setpriv --seccomp-filter` reads from a file. */
export function packFilter(filter: Filter): Uint8Array {
  const bytes = new Uint8Array(filter.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [i, { code, jt, jf, k }] of filter.entries()) {
    view.setUint16(i * 8, code, true)
    view.setUint8(i * 8 + 2, jt)
    view.setUint8(i * 8 + 3, jf)
    view.setUint32(i * 8 + 4, k, true)
  }
  return bytes
}
