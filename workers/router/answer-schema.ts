import { dereference, type OutputUnit, type Schema, type SchemaDraft, validate } from '@cfworker/json-schema'
import { utf8Bytes } from '../../shared/domain/tokens.ts'
import { AppError } from '../../shared/errors.ts'
import { SCHEMA_OF_SCHEMAS } from './schema-of-schemas.ts'

type Fields = Readonly<Record<string, unknown>>
/** `path` is a JSON pointer into the answer; empty for the whole of it. */
type SchemaError = { readonly path: string; readonly message: string }
type SchemaCheck = { readonly satisfied: boolean; readonly errors: SchemaError[] }
type Lookup = ReturnType<typeof dereference>

const MAX_SCHEMA_BYTES = 32_768
const MAX_ERRORS = 10
const MAX_MESSAGE_CHARACTERS = 300
/** Schemas that refer to themselves twice in one place take exponential time; every such way leads through a reference. */
const MAX_REFERENCES = 10_000

/** They only say that something below them is wrong, which is told as well. */
const OUTER_KEYWORDS: ReadonlySet<string> = new Set([
  '$ref',
  'allOf',
  'additionalItems',
  'additionalProperties',
  'dependentSchemas',
  'items',
  'patternProperties',
  'prefixItems',
  'properties',
  'unevaluatedItems',
  'unevaluatedProperties',
])

/** Refuses what is no JSON Schema, or one that answers could not be checked against; `field` is where the caller wrote it. */
export function requireSchema(schema: Fields, field: string): void {
  const bytes = utf8Bytes(JSON.stringify(schema))
  const problem =
    bytes > MAX_SCHEMA_BYTES
      ? `${bytes} bytes are more than the ${MAX_SCHEMA_BYTES} it may have`
      : problemOf(schema)
  if (problem !== null)
    throw new AppError('invalid_request', `${field}: no JSON Schema to check answers against: ${problem}`)
}

/** Whether an answer is what its schema asks for, and what is wrong with it. */
export function schemaCheck(answer: string, schema: Fields): SchemaCheck {
  try {
    const errors = violations(parsed(answer), copyOf(schema))
    return { satisfied: errors.length === 0, errors: errors.slice(0, MAX_ERRORS) }
  } catch (thrown) {
    return { satisfied: false, errors: [{ path: '', message: messageOf(thrown) }] }
  }
}

function parsed(answer: string): unknown {
  try {
    return JSON.parse(answer)
  } catch (thrown) {
    throw new Error(`The answer is no JSON: ${messageOf(thrown)}`, { cause: thrown })
  }
}

function problemOf(fields: Fields): string | null {
  try {
    const schema = copyOf(fields)
    const [error] = violations(schema, SCHEMA_OF_SCHEMAS)
    if (error) return `${error.path || 'the whole'}: ${error.message}`
    const lookup = dereference(schema)
    for (const part of Object.values(lookup)) requireReadable(part, lookup)
    // Whatever has to be true of any answer is followed to its end once.
    violations({}, schema)
    return null
  } catch (thrown) {
    return messageOf(thrown)
  }
}

function requireReadable(part: Lookup[string], lookup: Lookup) {
  if (typeof part === 'boolean' || part === undefined) return
  const { $ref, __absolute_ref__: target, pattern, patternProperties = {} } = part
  if ($ref !== undefined && lookup[target ?? $ref] === undefined)
    throw new Error(`$ref "${$ref}" leads nowhere; put what it names into this schema, below $defs`)
  // As the validator reads them; throws for what is none.
  for (const source of [...(pattern === undefined ? [] : [pattern]), ...Object.keys(patternProperties)])
    new RegExp(source, 'u').test('')
}

function violations(instance: unknown, schema: Schema): SchemaError[] {
  const { errors } = validate(instance, schema, draftOf(schema), counted(dereference(schema)), false)
  const inner = errors.filter(({ keyword }) => !OUTER_KEYWORDS.has(keyword))
  return (inner.length > 0 ? inner : errors).map(shownError)
}

const shownError = ({ instanceLocation, keyword, error }: OutputUnit): SchemaError => ({
  path: decodeURI(instanceLocation.slice(1)),
  message: keyword === 'false' ? 'The schema allows nothing here.' : error.slice(0, MAX_MESSAGE_CHARACTERS),
})

function draftOf({ $schema = '' }: Schema): SchemaDraft {
  if ($schema.includes('draft-04')) return '4'
  return /draft-0[67]/.test($schema) ? '7' : '2020-12'
}

function counted(lookup: Lookup): Lookup {
  let left = MAX_REFERENCES
  return new Proxy(lookup, {
    get(target, name) {
      left -= 1
      if (left < 0) throw new Error(`More than ${MAX_REFERENCES} references ($ref) had to be followed`)
      return target[String(name)]
    },
  })
}

/** The validator writes into what it reads. */
const copyOf = (schema: Fields): Schema => JSON.parse(JSON.stringify(schema))

function messageOf(thrown: unknown): string {
  if (thrown instanceof RangeError)
    return 'the schema leads back to itself without end, or is nested too deep'
  return thrown instanceof Error ? thrown.message.slice(0, MAX_MESSAGE_CHARACTERS) : String(thrown)
}
