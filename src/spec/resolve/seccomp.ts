/** True for data that looks like a profile in docker's JSON format, and is not nested beyond all use. */
export function isProfile(data: unknown): boolean {
  if (data === null || typeof data !== 'object' || !('defaultAction' in data)) return false
  if (typeof data.defaultAction !== 'string') return false
  if ('syscalls' in data && data.syscalls !== null && !Array.isArray(data.syscalls)) return false
  return isShallow(data)
}

/** Later steps walk the profile recursively (JSON.stringify too), so deep ones must not get there. */
function isShallow(data: object): boolean {
  let level: object[] = [data]
  for (let depth = 0; depth < 16; depth++) {
    const below = level.flatMap((value) =>
      Object.entries(value).flatMap(([key, inner]) => {
        if (key === '__proto__') return [Number.NaN]
        return inner !== null && typeof inner === 'object' ? [inner] : []
      }),
    )
    if (below.some((inner) => typeof inner === 'number')) return false
    if (below.length === 0) return true
    level = below
  }
  return false
}
