/** An IPv4 or IPv6 address as text; RFC 4291 section 2.2, with a zone allowed on IPv6. */
export function isAddress(text: string): boolean {
  return isV4(text) || isV6(text)
}

function isV4(text: string): boolean {
  const parts = text.split('.')
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function isV6(text: string): boolean {
  const [address = '', zone, more] = text.split('%')
  if (more !== undefined || (zone !== undefined && !/^[A-Za-z0-9_.-]{1,15}$/.test(zone))) return false
  const halves = address.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  const last = groups.at(-1)
  if (last?.includes('.')) {
    if (!isV4(last) || address.endsWith('::')) return false
    groups.splice(-1, 1, '0', '0')
  }
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8
}
