/** What `boxes plan` is measured against, and the floor of every measure: a program that does nothing. */
export function node(world) {
  return {
    version: `node ${process.versions.node}`,
    measures: [
      { kind: 'floor', id: 'floor', label: '`busybox true`', argv: [`${world.root}/bin/true`] },
      { kind: 'plan', id: 'node', label: '`node -e 0`', argv: [process.execPath, '-e', '0'] },
    ],
  }
}
