/** What ajv's generated code says about one flaw. */
export interface Flaw {
  readonly instancePath: string
  readonly schemaPath: string
  readonly keyword: string
  readonly params: { readonly additionalProperty?: string; readonly missingProperty?: string }
}

/** True when data follows the schema; else `errors` holds the flaws of this call. */
export const validate: {
  (data: unknown): boolean
  errors?: Flaw[] | null
}
