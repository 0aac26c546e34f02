import type { ApiDocument, Schema } from './document.ts'

type PlainSchema = Exclude<Schema, { $ref: string }>
export type Named = { readonly name: string | null; readonly schema: PlainSchema }
export type Resolve = (schema: Schema) => Named

/** Follows a reference into the document's components, and puts together what is said in parts. */
export function resolver({ components }: ApiDocument): Resolve {
  const resolve: Resolve = (schema) => {
    if (!isReference(schema))
      return { name: null, schema: schema.allOf ? merged(schema.allOf, resolve) : schema }
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)
    const target = components?.schemas?.[name]
    return { name, schema: target === undefined || isReference(target) ? {} : target }
  }
  return resolve
}

/** An object that has the fields of all of them. */
function merged(parts: readonly Schema[], resolve: Resolve): PlainSchema {
  const schemas = parts.map((part) => resolve(part).schema)
  return {
    type: 'object',
    properties: Object.fromEntries(schemas.flatMap(({ properties = {} }) => Object.entries(properties))),
    required: schemas.flatMap(({ required = [] }) => required),
  }
}

const isReference = (schema: Schema): schema is Extract<Schema, { $ref: string }> => '$ref' in schema

const typesOf = ({ type }: PlainSchema) => (type === undefined ? [] : [type].flat())

/** The type in words: `string`, `array of Source`, `string or null`. */
export function typeWords(schema: Schema, resolve: Resolve): string {
  const { name, schema: plain } = resolve(schema)
  if (name !== null) return name
  const { items, anyOf, additionalProperties } = plain
  if (anyOf) return [...new Set(anyOf.map((choice) => typeWords(choice, resolve)))].join(' or ')
  const words = typesOf(plain).map((type) => {
    if (type === 'array' && items) return `array of ${typeWords(items, resolve)}`
    if (type === 'object' && isSchema(additionalProperties) && !plain.properties)
      return `map of ${typeWords(additionalProperties, resolve)}`
    return type
  })
  return words.join(' or ') || 'anything'
}

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0

/** What else must hold, in a few words each: values, bounds, lengths, pattern, default; and what each item of a list must be. */
export function constraintWords(schema: PlainSchema): string[] {
  const { enum: values, pattern, format, items, default: initial } = schema
  return [
    values ? `one of ${values.map((value) => JSON.stringify(value)).join(', ')}` : '',
    range(schema.minimum, schema.maximum),
    range(schema.minLength, schema.maxLength, 'character'),
    range(schema.minItems, schema.maxItems, 'item'),
    ...(items && !isReference(items) ? constraintWords(items).map((words) => `each ${words}`) : []),
    pattern ? `matches ${pattern}` : '',
    format ? `format ${format}` : '',
    initial === undefined ? '' : `default ${JSON.stringify(initial)}`,
  ].filter(Boolean)
}

function range(from: number | undefined, to: number | undefined, unit?: string): string {
  const [low, high] = [from, to].map((bound) => bound?.toLocaleString('en'))
  const units = unit === undefined ? '' : ` ${unit}${(to ?? from) === 1 ? '' : 's'}`
  if (low !== undefined && high !== undefined) return `${low} to ${high}${units}`
  if (low !== undefined) return `at least ${low}${units}`
  return high === undefined ? '' : `at most ${high}${units}`
}
