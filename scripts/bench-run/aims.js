/** The aims of the project, and whether this run met them. An aim without its rival is not judged. */
export function aims(times, memory) {
  const median = (id) => times.find((time) => time.id === id)?.median
  const ratio = (what, ours, theirs, most, text) => {
    const [a, b] = [median(ours), median(theirs)]
    if (a === undefined || b === undefined) return []
    return [{ what, aim: `≤ ${text}`, measured: `${(a / b).toFixed(2)} ×`, met: a / b <= most }]
  }
  const kilobytes = memory.find(({ id }) => id === 'boxes')?.kilobytes ?? Number.NaN
  return [
    ...ratio('the program, against `runc run`', 'program up', 'runc run', 1.5, '1.5 ×'),
    ...ratio('`boxes up`, against `docker run`', 'boxes up', 'docker run', 0.5, '½ ×'),
    ...ratio('`boxes enter`, against `docker exec`', 'boxes enter', 'docker exec', 1 / 3, '⅓ ×'),
    ...ratio('`boxes plan`, against `node -e 0`', 'boxes plan', 'node', 2, '2 ×'),
    {
      what: 'private memory for each running box',
      aim: '≤ 1 MB',
      measured: `${kilobytes} kB`,
      met: kilobytes <= 1000,
    },
  ]
}
