import { list, map, oneOf, type Schema, string } from './kinds.ts'

/** Rights of files in the words of setpriv(1), and the Linux release whose Landlock knows them. */
export const fileRights: Readonly<Record<string, readonly [number, number]>> = {
  execute: [5, 13],
  'write-file': [5, 13],
  'read-file': [5, 13],
  'read-dir': [5, 13],
  'remove-dir': [5, 13],
  'remove-file': [5, 13],
  'make-char': [5, 13],
  'make-dir': [5, 13],
  'make-reg': [5, 13],
  'make-sock': [5, 13],
  'make-fifo': [5, 13],
  'make-block': [5, 13],
  'make-sym': [5, 13],
  refer: [5, 19],
  truncate: [6, 2],
}

const rights = Object.keys(fileRights)

export const landlock: Schema = map(
  'Landlock, by setpriv(1): what the processes of the box may do with files, whatever permissions and users say.',
  {
    access: list(
      'What is denied unless a rule allows it: `fs`, which is all of them (default), or some rights.',
      oneOf('`fs`, or a right.', 'fs', ...rights),
    ),
    rules: list(
      'What is allowed all the same. Default: nothing.',
      map(
        'A place, and what is allowed there and below.',
        {
          path: string('Absolute path inside the box, of what is there when the box starts.', '/usr'),
          access: list('Rights.', oneOf('A right.', ...rights)),
        },
        'path',
        'access',
      ),
    ),
  },
)
