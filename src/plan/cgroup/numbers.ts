import type { Command, Ref, Word } from '../plan.ts'
import type { Limit } from './limits.ts'

/** Devices are named by path in a spec and by number in the kernel: `c 10:200` in device rules, `8:0` for block limits. */
export function deviceNumbers(wanted: readonly Limit[]): Command[] {
  return keys(wanted).flatMap(([form, path], index): Command[] => [
    { call: 'device_number', args: [form, path] },
    { set: `device_${index}`, to: { ref: 'number' } },
  ])
}

/** What is written for a limit, with the number that the commands above have found. */
export function limitValue(limit: Limit, wanted: readonly Limit[]): readonly (string | Ref)[] {
  if (limit.device === undefined) return [limit.value]
  const index = keys(wanted).findIndex(([form, path]) => path === limit.device && form === formOf(limit))
  return [{ ref: `device_${index}` }, limit.value]
}

export function asWord(parts: readonly (string | Ref)[]): Word {
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : parts
}

type Form = 'rule' | 'block'

function keys(wanted: readonly Limit[]): [Form, string][] {
  const found = new Map<string, [Form, string]>()
  for (const limit of wanted) {
    if (limit.device !== undefined)
      found.set(`${formOf(limit)} ${limit.device}`, [formOf(limit), limit.device])
  }
  return [...found.values()]
}

function formOf({ file }: Limit): Form {
  return file.startsWith('devices.') ? 'rule' : 'block'
}
