import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { makeWorld, run, type TestBox, type World, world } from '../harness/index.ts'
import { without } from './attack.ts'

// What other users of the host see of a box, and what root of its user namespace, another user there, may change.
const here = world()

const as = (id: string, command: string) =>
  spawnSync('setpriv', ['--reuid', id, '--regid', id, '--clear-groups', 'sh', '-c', command], {
    encoding: 'utf8',
  }).stdout

describe('state, log, layer', () => {
  const secret = `canary${Math.random().toString(36).slice(2)}`
  const boxIn = (place: World) =>
    place.box({
      rootfs: 'host',
      environment: { SECRET: secret },
      command: [
        'sh',
        '-c',
        'echo "log $SECRET"; cp /bin/sleep /tmp/suid; chmod 4755 /tmp/suid; exec sleep 100',
      ],
    })
  /** What nobody gets of a box that runs: paths that it reads or lists, then what it runs or finds. */
  const open = async (place: World, box: TestBox) => {
    const { run: runDir, data } = box.box.paths
    const paths = {
      run: runDir,
      data,
      log: `${data}/log`,
      upper: `${data}/upper`,
      program: `${data}/program`,
      process: `${runDir}/process`,
      roots: `${place.root}/roots`,
      boxes: `${place.root}/boxes`,
    }
    await box.enter(['sh', '-c', 'until [ -u /tmp/suid ]; do sleep 0.01; done'])
    const read = Object.entries(paths).filter(([, path]) =>
      as('65534', `ls -d ${path}/. ; cat ${path}; ls ${path}`),
    )
    const ran = as('65534', `${data}/upper/tmp/suid 0 && echo ran`)
    return {
      read: read.map(([name]) => name),
      ran,
      found: as('65534', `grep -rl ${secret} ${place.root} ${place.run}`) !== '',
    }
  }
  test('nobody else reads them', async () => {
    const box = boxIn(here)
    await box.up({ detach: true })
    expect(await open(here, box)).toEqual({ read: [], ran: '', found: false })
    expect((await run(['grep', '-c', secret, `${box.box.paths.data}/program`])).stdout).not.toBe('0\n')
    await box.down('-t', '0')
  })
  test('with a umask of 022 nobody reads them, and runs what is setuid', async () => {
    const place = makeWorld()
    const box = boxIn(place)
    without(box, 'umask 077', 'umask 022')
    await box.up({ detach: true })
    expect(await open(place, box)).toEqual({
      read: ['run', 'data', 'log', 'upper', 'program', 'process', 'roots', 'boxes'],
      ran: 'ran\n',
      found: true,
    })
    await place.end()
    expect(place.left()).toEqual([])
    rmSync(place.directory, { recursive: true })
  })

  /** Command lines of the machine that hold the secret, as fast as one process reads them, while a box starts and is entered. */
  const seen = async (box: TestBox) => {
    const enough = `${box.program}.enough`
    const watch = `my %seen; $| = 1; while (!-e "${enough}") { for my $file (glob "/proc/[0-9]*/cmdline") { open my $f, "<", $file or next;
      local $/; my $text = <$f> // ""; print "SEEN $text\\n" if $text =~ /${secret}/ && !$seen{$file}++ } }`
    const watching = run(['perl', here.file('watch.pl', watch)], { env: here.env })
    await box.up({ detach: true })
    await box.enter(['true'])
    await box.enter(['sh', '-c', 'echo "$SECRET"'])
    writeFileSync(enough, '')
    await box.down('-t', '0')
    return (await watching).stdout
  }
  test('secrets are in no command line', async () => {
    expect(await seen(boxIn(here))).toBe('')
  })
  test('were the records written by a program and not the shell, the look would see them', async () => {
    const box = boxIn(here)
    without(box, /^ {2}printf '%s\\0'/, `  sh -c 'printf "%s\\0" "$@"; sleep 0.3' sh`)
    expect(await seen(box)).toMatch(/^SEEN /)
  })
})

describe('with a user namespace', () => {
  const users = {
    uidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
    gidMappings: [{ containerID: 0, hostID: 100000, size: 65536 }],
  }
  /** Its root, outside of the box, tries to put files of its own in place of what root goes by; owners and what the box is then. */
  const attacked = async (weaken = (_: TestBox) => {}) => {
    const decoy = here.file('decoy', 'decoy\n')
    const box = here.box({ rootfs: 'host', ...users, command: ['sleep', '100'] })
    weaken(box)
    await box.up({ detach: true })
    const { run: runDir } = box.box.paths
    as(
      '100000',
      `rm -f ${runDir}/init; echo 1 >${runDir}/init; mv ${runDir} ${runDir}x; rm -f ${runDir}/exit; ln -s ${decoy} ${runDir}/exit`,
    )
    const owners = await run([
      'stat',
      '-c',
      '%u',
      runDir,
      ...['init', 'exit', 'owner'].map((name) => `${runDir}/${name}`),
    ])
    const status = await box.status()
    expect(existsSync(`${runDir}x`)).toBe(false)
    await box.down('-t', '0')
    return { owners: owners.stdout.split('\n').slice(0, -1), status: status.stdout }
  }
  test('the run directory stays that of root', async () => {
    expect(await attacked()).toEqual({
      owners: ['0', '0', '0', '0'],
      status: expect.stringMatching(/^running/),
    })
  })
  test('were it the own of that user, the box would be what the user says', async () => {
    const list = 'for file in program process rooted fstab hosts hostname resolv.conf; do'
    expect(await attacked((box) => without(box, list, list.replace('program', '. program')))).toEqual({
      owners: ['100000', '100000', '100000', '0'],
      status: 'exited decoy\n',
    })
  })
})
