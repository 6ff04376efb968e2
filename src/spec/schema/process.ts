import {
  count,
  duration,
  flag,
  list,
  pairs,
  type Schema,
  string,
  stringOrList,
  text,
  textOrNull,
  word,
} from './kinds.ts'
import { landlock } from './landlock.ts'

/** What runs in the box, and as whom. */
export const process: Record<string, Schema> = {
  entrypoint: words('Program that `command` is given to.'),
  command: words('Program and its arguments.'),
  environment: pairs(
    "Environment: a map, or a list of NAME=VALUE. No value: taken from the caller's environment.",
    textOrNull('Value of this variable.'),
  ),
  env_file: stringOrList(
    'Files of NAME=VALUE lines, relative to this file; `#` starts a comment, values are not expanded.',
    string('Path.'),
  ),
  working_dir: string('Directory the command starts in; made when missing. Default /.'),
  user: word(
    '`NAME`, `UID`, `NAME:GROUP` or `UID:GID`, looked up inside the box. Default 0.',
    'app',
    '1000:1000',
  ),
  group_add: list('Further groups, by name or number.', word('Group.')),
  umask: word('File mode creation mask as an octal number. Default 0022.', '0027'),
  ulimits: {
    description: 'Resource limits of each process; -1 means unlimited.',
    type: 'object',
    additionalProperties: {
      description: 'One number for both, or the soft and the hard limit.',
      type: ['integer', 'string', 'object'],
      properties: {
        soft: { description: 'Soft limit.', type: ['integer', 'string'] },
        hard: { description: 'Hard limit.', type: ['integer', 'string'] },
      },
      required: ['soft', 'hard'],
      additionalProperties: false,
    },
  },
  oom_score_adj: count('How eagerly the kernel kills it when memory runs out.', -1000, 1000),
  sysctls: pairs('Kernel parameters of the namespaces of this box.', text('Value of this parameter.')),
  init: flag('Run a small init that reaps zombies and passes signals on. Default false.'),
  tty: flag('Give the command a terminal. Default false.'),
  hostname: word('Host name. Default: the name of the box.'),
  domainname: word('NIS domain name.'),
  stop_signal: word('Signal that asks the command to end. Default TERM.', 'SIGTERM', 'RTMIN+3', '15'),
  stop_grace_period: duration('Time between the stop signal and SIGKILL. Default 10s.'),
}

/** `command: true` runs the program of that name. */
function words(what: string): Schema {
  return {
    description: `${what} A string is split into words as a shell would, without expansion.`,
    type: ['string', 'boolean', 'number', 'array'],
    items: text('One word.'),
  }
}

/** What the command may do. */
export const privileges: Record<string, Schema> = {
  cap_add: list(
    "Capabilities beside docker's default ones; `ALL` for all.",
    string('Name with or without CAP_.'),
  ),
  cap_drop: list('Capabilities taken away; `ALL` for all.', string('Name with or without CAP_.')),
  security_opt: list(
    '`no-new-privileges[:true|false]`, `seccomp=unconfined`, `seccomp=PATH`, `systempaths=unconfined`.',
    string('Option.'),
  ),
  no_new_privs: flag('Set no_new_privs, so that set-user-ID programs gain nothing. Default true.'),
  seccomp: string(
    "`default`, `unconfined`, or the path of a profile in docker's JSON format, relative to this file.",
    'default',
    'unconfined',
    './profile.json',
  ),
  landlock,
  privileged: flag('All capabilities and devices, no filter, no masked paths. Default false.'),
}

/** Who the box is. */
export const identity: Record<string, Schema> = {
  name: word('Name of the box. Default: the name of this file without its ending.', 'web'),
  labels: pairs('Labels for people and programs.', text('Value of this label.')),
}
