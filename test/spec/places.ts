import { type Schema, schema, typesOf } from '../../src/spec/schema.ts'

/** Every place of the schema where a text may stand, and the fields of a spec that put it there. */
export const places = Object.entries(schema.properties ?? {}).flatMap(([key, part]) =>
  below(part, (value) => ({ [key]: value }), key),
)

function below(
  part: Schema,
  wrap: (value: unknown) => unknown,
  path: string,
): [string, (text: string) => unknown][] {
  const found: [string, (text: string) => unknown][] = []
  const types = typesOf(part)
  if (types.includes('string')) found.push([path, (text) => wrap(text)])
  for (const [key, inner] of Object.entries(part.properties ?? {})) {
    const others = Object.fromEntries(
      (part.required ?? []).filter((name) => name !== key).map((name) => [name, filler(name)]),
    )
    found.push(...below(inner, (value) => wrap({ ...others, [key]: value }), `${path}.${key}`))
  }
  if (part.items) found.push(...below(part.items, (value) => wrap([value]), `${path}[]`))
  if (part.additionalProperties) {
    found.push([`${path} (key)`, (text) => wrap({ [text]: '1' })])
    found.push(...below(part.additionalProperties, (value) => wrap({ A: value }), `${path}.*`))
  }
  return found
}

function filler(name: string): unknown {
  if (['containerID', 'hostID'].includes(name)) return 0
  if (['size', 'soft', 'hard', 'weight', 'rate', 'limit'].includes(name)) return 100
  return name === 'path' ? '/dev/sda' : '/x'
}
