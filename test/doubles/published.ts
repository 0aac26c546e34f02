import { parse } from 'yaml'
import { z } from 'zod'

type Schema = z.core.JSONSchema.JSONSchema

/** A schema of a published OpenAPI description in YAML, with all that it refers to. Only these blocks are parsed: the whole file takes seconds. */
export function published(document: string, name: string): z.ZodType {
  return checking(document, `#/components/schemas/${name}`)
}

/** What the description says is posted to a path. */
export function publishedRequest(document: string, path: string): z.ZodType {
  const block = new RegExp(`^  ${path}:\\n(?:(?: {4}.*)?\\n)+`, 'm').exec(document)?.[0] ?? ''
  const { post } = parse(block)[path] as {
    post: { requestBody: { content: Record<string, { schema: object }> } }
  }
  return checking(document, post.requestBody.content['application/json']?.schema ?? {})
}

/** As `published`, of a description in JSON. */
export function publishedJson(document: string, name: string): z.ZodType {
  const { components } = JSON.parse(document) as { components: { schemas: object } }
  return asZod({ $ref: `#/components/schemas/${name}`, $defs: components.schemas })
}

function checking(document: string, wanted: string | object): z.ZodType {
  const blocks = new Map<string, string>()
  const take = (text: string) => {
    for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/([\w.-]+)/g)) {
      if (blocks.has(name)) continue
      const block = new RegExp(`^    ${name}:\\n(?:(?: {6}.*)?\\n)+`, 'm').exec(document)?.[0] ?? ''
      blocks.set(name, block)
      take(block)
    }
  }
  const root = typeof wanted === 'string' ? { $ref: wanted } : wanted
  take(JSON.stringify(root))
  return asZod({ ...root, $defs: parse([...blocks.values()].join('')) as object })
}

const asZod = (schema: object) =>
  z.fromJSONSchema(
    nullsAllowed(
      JSON.parse(JSON.stringify(schema).replaceAll('#/components/schemas/', '#/$defs/')),
    ) as Schema,
  )

/** `nullable` is OpenAPI's word, which JSON Schema does not know. */
function nullsAllowed(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(nullsAllowed)
  if (typeof node !== 'object' || node === null) return node
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, nullsAllowed(value)]),
  )
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest
}
