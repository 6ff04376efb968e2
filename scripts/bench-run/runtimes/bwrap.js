/** bubblewrap: namespaces and mounts; no cgroup, no overlay, no filter, and nothing that is entered again. */
export function bwrap(world) {
  const path = world.find('bwrap')
  if (!path) return { missing: 'bwrap' }
  const argv = [
    path,
    '--unshare-all',
    '--ro-bind',
    world.root,
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '/bin/true',
  ]
  world.run(argv)
  return {
    version: world.run([path, '--version']).trim(),
    measures: [{ kind: 'start', id: 'bwrap', label: '`bwrap`', argv }],
  }
}
