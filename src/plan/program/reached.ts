interface Block {
  readonly text: string
  /** Functions that it defines; none in a heading, or where variables are set. */
  readonly names: readonly string[]
}

/**
 * Of shell texts only the functions that are named in the rest of the program, or in one that is; of two of the same name the
 * last. Blocks of text lie between empty lines. A name in a message or in another word counts, too: there may
 * be a function too many, never one too few.
 */
export function reached(shells: readonly string[], rest: string): string {
  const blocks = shells.flatMap((shell) => shell.trim().split(/\n\n+/).map(block))
  const last = new Map(blocks.flatMap((one) => one.names.map((name) => [name, one] as const)))
  const kept = new Set<Block>()
  const keep = (text: string) => {
    for (const word of words(text)) {
      const found = last.get(word)
      if (found === undefined || kept.has(found)) continue
      kept.add(found)
      keep(found.text)
    }
  }
  keep(rest)
  for (const one of blocks.filter(({ names, text }) => names.length === 0 && !isHeading(text))) {
    kept.add(one)
    keep(one.text)
  }
  const shown = blocks.filter((one) => kept.has(one) || isHeading(one.text))
  return shown
    .filter(({ text }, index) => !isHeading(text) || !isHeading(shown[index + 1]?.text ?? '# ----'))
    .map(({ text }) => text)
    .join('\n\n')
}

function block(text: string): Block {
  return { text, names: [...text.matchAll(/^(\w+)\(\) \{/gm)].map(([, name = '']) => name) }
}

function isHeading(text: string): boolean {
  return text.startsWith('# ----')
}

function words(text: string): readonly string[] {
  return text.replace(/^ *#.*$/gm, '').match(/[a-z]\w*/g) ?? []
}
