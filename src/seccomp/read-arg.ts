import { type Arg, OPS } from './profile.ts'
import { at, type Reader } from './read-json.ts'

/** One entry of a rule's `args`. Its answer is of use only when the reader noted no error. */
export function readArg(reader: Reader, path: string, json: unknown): Arg {
  const arg = reader.object(path, json, ['index', 'value', 'valueTwo', 'op'])
  const index = reader.whole(at(path, 'index'), arg.index, 5) ?? 0
  const op = reader.oneOf(at(path, 'op'), arg.op, OPS) ?? 'SCMP_CMP_EQ'
  const value = readWord(reader, at(path, 'value'), arg.value)
  const valueTwo = readWord(reader, at(path, 'valueTwo'), arg.valueTwo)
  if (op !== 'SCMP_CMP_MASKED_EQ') {
    if (BigInt(valueTwo) !== 0n) reader.fail(at(path, 'valueTwo'), `${op} compares with value only`)
    return { index, value, op }
  }
  if ((BigInt(valueTwo) & ~BigInt(value)) !== 0n) {
    reader.fail(at(path, 'valueTwo'), 'has bits outside of the mask (value): it can never be equal')
  }
  return { index, value, valueTwo, op }
}

/** An unsigned 64-bit number; absent is 0, as in Go. JSON.parse rounds above 2^53, so there only a bigint will do. */
function readWord(reader: Reader, path: string, value: unknown): number | bigint {
  if (value === undefined) return 0
  if (typeof value === 'bigint' && value >= 0n && value < 1n << 64n) return value
  if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER) {
    reader.fail(
      path,
      `${value} is above 2^53 - 1, where JSON numbers are not exact; compare with a smaller mask or bound`,
    )
    return 0
  }
  return reader.whole(path, value, Number.MAX_SAFE_INTEGER) ?? 0
}
