/** `SIGTERM`, `term`, `15`, `RTMIN+3` as `TERM`, `RTMIN+3`; null when Linux has no such signal. */
export function signalName(text: string): string | null {
  const name = text.toUpperCase().replace(/^SIG/, '')
  if (/^[1-9]\d?$/.test(name)) return text === name ? byNumber(Number(name)) : null
  if (names.includes(name)) return name
  const other = others[name]
  if (other !== undefined) return other
  const real = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name)
  if (real === null) return null
  const [, end, sign = end === 'MIN' ? '+' : '-', digits = '0'] = real
  const steps = Number(digits)
  if ((end === 'MIN') !== (sign === '+') || steps > 30) return null
  return byNumber(end === 'MIN' ? 34 + steps : 64 - steps)
}

function byNumber(number: number): string | null {
  if (number <= names.length) return names[number - 1] ?? null
  if (number < 34 || number > 64) return null
  return number === 34 ? 'RTMIN' : number === 64 ? 'RTMAX' : `RTMIN+${number - 34}`
}

// signal(7): 1 to 31, the same on x86-64 and arm64.
const names =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  )
const others: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  IOT: 'ABRT',
  CLD: 'CHLD',
  POLL: 'IO',
})
