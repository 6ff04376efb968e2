/** Builders for the parts of the spec's JSON Schema. A scalar of several types reaches resolve as its source text. */
export function text(description: string, ...examples: string[]): Schema {
  return { description, type: ['string', 'number', 'boolean'], ...shown(examples) }
}

/** As `text`, and null: the value comes from the caller's environment. */
export function textOrNull(description: string): Schema {
  return { description, type: ['string', 'number', 'boolean', 'null'] }
}

/** A name or a number that stands for one: `user: 1000`. */
export function word(description: string, ...examples: string[]): Schema {
  return { description, type: ['string', 'number'], ...shown(examples) }
}

export function string(description: string, ...examples: string[]): Schema {
  return { description, type: 'string', ...shown(examples) }
}

/** Bytes: `512m`, `1g`, or a number of bytes. */
export function size(description: string): Schema {
  return { description, type: ['string', 'integer'], examples: ['64m', '1g'] }
}

/** Seconds: `1m30s`, `500ms`, or a number of seconds. */
export function duration(description: string): Schema {
  return { description, type: ['string', 'number'], examples: ['10s', '1m30s'] }
}

export function flag(description: string): Schema {
  return { description, type: 'boolean' }
}

export function count(description: string, minimum: number, maximum: number): Schema {
  return { description, type: 'integer', minimum, maximum }
}

export function oneOf(description: string, ...words: string[]): Schema {
  return { description, type: 'string', enum: words }
}

export function list(description: string, items: Schema): Schema {
  return { description, type: 'array', items }
}

/** One string, or a list of them. */
export function stringOrList(description: string, items: Schema): Schema {
  return { description, type: ['string', 'array'], items }
}

/** A map of names to texts, or a list of `NAME=VALUE`. */
export function pairs(description: string, value: Schema): Schema {
  return { description, type: ['object', 'array'], additionalProperties: value, items: string(description) }
}

export function map(description: string, properties: Record<string, Schema>, ...required: string[]): Schema {
  return {
    description,
    type: 'object',
    properties,
    additionalProperties: false,
    ...(required.length > 0 ? { required } : {}),
  }
}

function shown(examples: string[]): { examples?: string[] } {
  return examples.length > 0 ? { examples } : {}
}

/** The subset of JSON Schema that the spec needs; no `anyOf`, so that one wrong node gives one error. */
export interface Schema {
  readonly $schema?: string
  readonly $id?: string
  readonly title?: string
  readonly description: string
  readonly type: string | readonly string[]
  readonly enum?: readonly string[]
  readonly examples?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Record<string, never>>>
  readonly additionalProperties?: false | Schema
  readonly required?: readonly string[]
}
