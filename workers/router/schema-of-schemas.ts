import type { Schema } from '@cfworker/json-schema'

const text: Schema = { type: 'string' }
const count: Schema = { type: 'integer', minimum: 0 }
const limit: Schema = { type: 'number' }
/** A flag beside `minimum` and `maximum` in draft 4. */
const exclusiveLimit: Schema = { type: ['number', 'boolean'] }
const names: Schema = { type: 'array', items: text }
const schema: Schema = { $ref: '#' }
const schemas: Schema = { type: 'array', minItems: 1, items: schema }
const named: Schema = { type: 'object', additionalProperties: schema }
const typeName: Schema = {
  enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'],
}

const each = (kind: Schema, ...keywords: string[]) =>
  Object.fromEntries(keywords.map((keyword) => [keyword, kind]))

/**
 * What a JSON Schema has to be for the validator to make sense of it. The published ones of 2019 and later cannot be used: each is spread
 * over files, and bound together by the dynamic references that the validator does not know.
 */
export const SCHEMA_OF_SCHEMAS: Schema = {
  type: ['object', 'boolean'],
  properties: {
    ...each(text, '$id', '$schema', '$anchor', '$ref', 'format', 'pattern'),
    $recursiveRef: false,
    $dynamicRef: false,
    type: { anyOf: [typeName, { type: 'array', minItems: 1, items: typeName }] },
    enum: { type: 'array' },
    required: names,
    ...each(schema, 'not', 'if', 'then', 'else', 'contains', 'propertyNames', 'additionalItems'),
    ...each(schema, 'additionalProperties', 'unevaluatedProperties', 'unevaluatedItems'),
    ...each(schemas, 'anyOf', 'allOf', 'oneOf', 'prefixItems'),
    ...each(named, '$defs', 'definitions', 'properties', 'patternProperties', 'dependentSchemas'),
    items: { anyOf: [schema, schemas] },
    dependentRequired: { type: 'object', additionalProperties: names },
    dependencies: { type: 'object', additionalProperties: { anyOf: [names, schema] } },
    ...each(count, 'minLength', 'maxLength', 'minItems', 'maxItems', 'minContains', 'maxContains'),
    ...each(count, 'minProperties', 'maxProperties'),
    ...each(limit, 'minimum', 'maximum'),
    ...each(exclusiveLimit, 'exclusiveMinimum', 'exclusiveMaximum'),
    multipleOf: { type: 'number', exclusiveMinimum: 0 },
    uniqueItems: { type: 'boolean' },
  },
}
