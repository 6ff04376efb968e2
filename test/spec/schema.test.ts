import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { validatorSource } from '../../src/spec/generate-validator.ts'
import { notYet, publishedSchema, type Schema, schema } from '../../src/spec/schema.ts'

const file = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

test('schema/boxes.schema.json is what src/spec/schema.ts says: write publishedSchema() to it', () => {
  expect(JSON.parse(file('schema/boxes.schema.json'))).toEqual(JSON.parse(publishedSchema()))
})

test('src/spec/validate.generated.js is current: write validatorSource() to it', () => {
  expect(file('src/spec/validate.generated.js')).toBe(validatorSource())
})

test('every part says what it is, and is closed', () => {
  const walk = (part: Schema, path: string): void => {
    if (part.description === undefined || part.description.length < 5)
      throw new Error(`${path} has no description`)
    if (part.properties !== undefined) expect([path, part.additionalProperties]).toEqual([path, false])
    for (const [key, inner] of Object.entries(part.properties ?? {})) walk(inner, `${path}.${key}`)
    if (part.additionalProperties) walk(part.additionalProperties, `${path}.*`)
    if (part.items) walk(part.items, `${path}[]`)
  }
  walk(schema, '')
})

test('no word is both known and not supported yet', () => {
  expect(Object.keys(schema.properties ?? {}).filter((key) => notYet.has(key))).toEqual([])
})
