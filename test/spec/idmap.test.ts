import { expect, test } from '@jest/globals'
import { boxOf, errorsOf, hostFacts } from './fake.ts'

const mapping = '[{containerID: 0, hostID: 300000, size: 65536}]'
const users = `uidMappings: ${mapping}\ngidMappings: ${mapping}\n`

test('idmap stands in the short form and in the long one', () => {
  const idmaps = (text: string) =>
    boxOf(`${users}volumes: [${text}]`).mounts.volumes.map(({ idmap, readOnly }) => [idmap, readOnly])
  expect(idmaps('/a:/b, /a:/c:idmap, "/a:/d:ro,idmap"')).toEqual([
    [false, false],
    [true, false],
    [true, true],
  ])
  expect(idmaps('{source: /a, target: /b, bind: {idmap: true}}')).toEqual([[true, false]])
})

test('a mapping of its own is none that boxes makes', () => {
  expect(errorsOf(`${users}volumes: ["/a:/b:idmap=uids=0-1-10"]`)).toEqual([
    'volumes[0]: "idmap=uids=0-1-10" is no option of a volume',
  ])
})

test('it needs a user namespace, root and Linux 5.12', () => {
  const host = hostFacts()
  expect(errorsOf('volumes: [/a:/b, /a:/c:idmap]')).toEqual([
    'volumes[1]: idmap maps by the user namespace of the box, and it has none of its own',
  ])
  const refused = (change: object) =>
    errorsOf(`${users}volumes: [/a:/c:idmap]`, { host: { ...host, ...change } })
  expect(refused({ root: false })).toContain('volumes[0]: only root can mount with idmap')
  expect(refused({ kernel: [5, 10] })).toEqual(['volumes[0]: this kernel cannot map the owners of a mount'])
  expect(refused({ kernel: [5, 12] })).toEqual([])
})
