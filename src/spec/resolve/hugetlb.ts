import type { Resources } from '../box.ts'
import { show } from '../diagnostic.ts'
import { parseSize } from '../units.ts'
import type { Context } from './context.ts'
import { holds } from './controllers.ts'

/** Limits on huge pages, by page size as in `hugetlb.2MB.max`. */
export function resolveHugetlb(context: Context): Resources['hugetlb'] {
  const { spec, host, error } = context
  const seen = new Set<string>()
  return (spec.resources?.hugepageLimits ?? []).map(({ pageSize, limit }, index) => {
    const path = ['resources', 'hugepageLimits', index]
    const bytes = parseSize(limit)
    if (bytes === null)
      error([...path, 'limit'], 'value', `${show(limit)} is no size`, 'write e.g. 64m or 1g')
    if (seen.has(pageSize))
      error([...path, 'pageSize'], 'value', `${show(pageSize)} is there twice`, 'remove one of them')
    seen.add(pageSize)
    const known = host.hugepages.includes(pageSize)
    if (!/^[1-9]\d{0,5}(KB|MB|GB)$/.test(pageSize)) {
      error([...path, 'pageSize'], 'value', `${show(pageSize)} is no page size`, 'write e.g. 2MB or 1GB')
    } else if (host.hugepages.length > 0 && !known) {
      error(
        [...path, 'pageSize'],
        'host',
        `this host has no pages of ${pageSize}`,
        `it has ${host.hugepages.join(', ')}`,
      )
    } else {
      const files = { v1: [`hugetlb.${pageSize}.limit_in_bytes`], v2: [`hugetlb.${pageSize}.max`] }
      holds(context, path, { controller: 'hugetlb', ...files })
    }
    return { pageSize, limit: bytes ?? 0 }
  })
}
