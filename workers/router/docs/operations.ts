import type { ApiDocument, Schema } from './document.ts'

export type Body = { readonly mediaType: string; readonly schema: Schema }
export type Parameter = {
  readonly name: string
  readonly in: string
  readonly required: boolean
  readonly schema: Schema
}
export type Reply = {
  readonly status: string
  readonly description: string
  readonly bodies: readonly Body[]
}

/** One operation as the reference shows it. */
export type Operation = {
  readonly id: string
  readonly method: string
  readonly path: string
  /** What the key must be allowed to do; null where no key is needed. */
  readonly scope: string | null
  readonly summary: string
  readonly description: string
  readonly parameters: readonly Parameter[]
  readonly bodies: readonly Body[]
  readonly replies: readonly Reply[]
}

export type Section = {
  readonly name: string
  readonly description: string
  readonly operations: readonly Operation[]
}

type PathItem = NonNullable<ApiDocument['paths']>[string]
type Described = NonNullable<PathItem['get']>
type Content = Readonly<Record<string, { readonly schema?: Schema }>>

const METHODS = ['post', 'put', 'patch', 'get', 'delete'] as const

/** The document's operations by tag, both in its order. */
export function sectionsOf({ tags = [], paths = {} }: ApiDocument): Section[] {
  const placed = Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const described = item[method]
      return described ? [{ tag: described.tags?.[0], operation: operationOf(method, path, described) }] : []
    }),
  )
  return tags.map(({ name, description = '' }) => ({
    name,
    description,
    operations: placed.filter(({ tag }) => tag === name).map(({ operation }) => operation),
  }))
}

function operationOf(method: string, path: string, described: Described): Operation {
  const { operationId = `${method} ${path}`, summary = '', description = '', requestBody } = described
  return {
    id: operationId,
    method: method.toUpperCase(),
    path,
    scope: scopeOf(described),
    summary,
    description,
    parameters: (described.parameters ?? []).flatMap(parameterOf),
    bodies: requestBody && 'content' in requestBody ? bodiesOf(requestBody.content) : [],
    replies: repliesOf(described.responses),
  }
}

const scopeOf = ({ security }: Described) => security?.[0]?.['apiKey']?.[0] ?? null

/** Our document never refers to a parameter elsewhere, only to schemas. */
const parameterOf = (described: NonNullable<Described['parameters']>[number]): Parameter[] => {
  if ('$ref' in described) return []
  const { name, required = false, schema = {} } = described
  return [{ name, in: described.in, required, schema }]
}

const repliesOf = (responses: Described['responses'] = {}): Reply[] =>
  Object.entries<{ description: string; content?: Content }>(responses).map(
    ([status, { description, content }]) => ({ status, description, bodies: bodiesOf(content) }),
  )

const bodiesOf = (content: Content = {}): Body[] =>
  Object.entries(content).map(([mediaType, { schema = {} }]) => ({ mediaType, schema }))
