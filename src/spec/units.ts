/** Bytes of `512m`, `1.5g`, `64KiB`, `4096`; null when it is none. Fractions are rounded down, as docker does. */
export function parseSize(text: string): number | null {
  const match = /^(\d{1,16}(?:\.\d{1,9})?) ?([bkmgtp])?(?:i?b)?$/i.exec(text)
  if (match === null) return null
  const unit = (match[2] ?? 'b').toLowerCase()
  if (unit === 'b' && /(bb|ib)$/i.test(text)) return null
  return whole(Math.floor(Number(match[1]) * 1024 ** 'bkmgtp'.indexOf(unit)))
}

/** Seconds of `1m30s`, `500ms`, `1.5h`, `10`; null when it is none. */
export function parseDuration(text: string): number | null {
  if (/^\d{1,12}(\.\d{1,9})?$/.test(text)) return Number(text)
  if (!/^(\d{1,12}(\.\d{1,9})?(h|ms|us|µs|ns|m|s|d))+$/.test(text)) return null
  let seconds = 0
  for (const [, amount, unit] of text.matchAll(/([\d.]+)(h|ms|us|µs|ns|m|s|d)/g)) {
    seconds += Number(amount) * (scales[unit as string] as number)
  }
  return seconds <= 1e12 ? Number(seconds.toFixed(9)) : null
}

/** A whole number in decimal digits, sign allowed, without leading zeros; null when it is none. */
export function parseInteger(text: string): number | null {
  return /^-?(0|[1-9]\d{0,15})$/.test(text) ? whole(Number(text)) : null
}

/** Bytes as people write them: the largest unit that divides evenly. */
export function formatSize(bytes: number): string {
  let unit = 0
  while (unit < 5 && bytes > 0 && bytes % 1024 === 0) {
    bytes /= 1024
    unit++
  }
  return `${bytes}${unit === 0 ? '' : 'bkmgtp'[unit]}`
}

function whole(value: number): number | null {
  return Number.isSafeInteger(value) ? value : null
}

const scales: Readonly<Record<string, number>> = {
  d: 86400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  ns: 1e-9,
}
