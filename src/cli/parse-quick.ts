/** Of a command's entry in oclif.manifest.json what reading plain arguments needs. */
export interface Declared {
  readonly args: Readonly<Record<string, { readonly required?: boolean }>>
  readonly flags: Readonly<Record<string, DeclaredFlag>>
}

interface DeclaredFlag {
  readonly name: string
  readonly type: 'boolean' | 'option'
  readonly char?: string
  readonly default?: unknown
  readonly options?: readonly string[]
  readonly multiple?: boolean
  readonly allowNo?: boolean
  readonly exclusive?: readonly string[]
  readonly dependsOn?: readonly string[]
}

export interface Parsed {
  readonly args: Readonly<Record<string, string>>
  readonly flags: Readonly<Record<string, unknown>>
}

/**
 * What oclif's parser would answer, for arguments that leave no doubt; null for all others (errors, `--help`, `--`,
 * bundled letters): those are oclif's. Loading oclif costs more than all the rest of `boxes plan`; a test compares the two.
 */
export function parseQuick(argv: readonly string[], { args: wanted, flags: known }: Declared): Parsed | null {
  const flags: Record<string, unknown> = {}
  const words: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (word === '-' || !word.startsWith('-')) {
      words.push(word)
      continue
    }
    const flag = Object.values(known).find(
      ({ name, char }) => word === `--${name}` || (char && word === `-${char}`),
    )
    if (!flag || flag.multiple || flag.allowNo || flag.exclusive || flag.dependsOn) return null
    if (flag.type === 'boolean') flags[flag.name] = true
    else {
      const value = argv[++index]
      if (value === undefined || value.startsWith('-') || flag.name in flags) return null
      if (flag.options && !flag.options.includes(value)) return null
      flags[flag.name] = value
    }
  }
  for (const { name, default: value } of Object.values(known))
    if (value !== undefined && !(name in flags)) flags[name] = value
  const names = Object.keys(wanted)
  if (words.length > names.length || words.includes('')) return null
  if (names.some((name, index) => wanted[name]?.required && words[index] === undefined)) return null
  return { args: Object.fromEntries(words.map((word, index) => [names[index], word])), flags }
}
