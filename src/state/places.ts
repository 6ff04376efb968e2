/** Where boxes are kept, and where the kernel tells of them. Tests hand in a tree of their own. */
export interface Places {
  /** e.g. /run/boxes */
  readonly runRoot: string
  /** e.g. /var/lib/boxes */
  readonly dataRoot: string
  readonly proc: string
}

export function places(
  env: Readonly<Record<string, string | undefined>>,
  own: Pick<Places, 'runRoot' | 'dataRoot'>,
): Places {
  return {
    runRoot: trimmed(env.BOXES_RUN) || own.runRoot,
    dataRoot: trimmed(env.BOXES_ROOT) || own.dataRoot,
    proc: '/proc',
  }
}

/** Same grammar as a spec's `name`: such a name holds no slash, so a path made of it stays below its root. */
export const isBoxName = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/.test(name)

export const programOf = ({ dataRoot }: Places, name: string): string => `${dataRoot}/boxes/${name}/program`

const trimmed = (path: string | undefined): string => (path ?? '').replace(/(?<=.)\/+$/, '')
