import { z } from 'zod'

const MAX_INPUTS = 2_048

const text = z
  .string({
    error: ({ input }) =>
      input === undefined
        ? 'Expected a text or a list of texts'
        : 'Expected a text; lists of token ids are not read here',
  })
  .min(1, 'Expected at least one character')

/** https://platform.openai.com/docs/api-reference/embeddings/create */
const embeddingsBody = z.strictObject({
  model: z.string('Expected the name that GET /v1/models tells'),
  input: z.union([text, z.array(text).min(1).max(MAX_INPUTS)]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().nullish(),
  user: z.string().nullish(),
})

export type EmbeddingsRequest = { readonly inputs: readonly string[]; readonly isBase64: boolean }

export type Refusal = {
  readonly status: 400 | 404 | 413 | 429 | 500
  readonly error: {
    readonly message: string
    readonly type: 'invalid_request_error' | 'rate_limit_error' | 'server_error'
    readonly param: string | null
    readonly code: string | null
  }
}

/** OpenAI's shape of an error that the client has to mend. */
export const invalid = (
  message: string,
  param: string | null,
  status: 400 | 404 | 413 = 400,
  code: string | null = null,
): Refusal => ({ status, error: { message, type: 'invalid_request_error', param, code } })

type Served = { readonly model: string; readonly dimensions: number }

/** The request, or why it is refused; undefined stands for a body that is not JSON. */
export function readRequest(body: unknown, served: Served): EmbeddingsRequest | Refusal {
  if (body === undefined) return invalid('The body is not JSON', null)
  const { data, error } = embeddingsBody.safeParse(body)
  if (error) return refused(error.issues[0])
  const { model, input, dimensions } = data
  if (model !== served.model) {
    const message = `model: there is no "${model}"; the one served here is "${served.model}"`
    return invalid(message, 'model', 404, 'model_not_found')
  }
  if (dimensions !== undefined && dimensions !== null && dimensions !== served.dimensions)
    return invalid(
      `dimensions: vectors of this model have ${served.dimensions} and cannot be shortened; leave it out`,
      'dimensions',
    )
  return { inputs: typeof input === 'string' ? [input] : input, isBase64: data.encoding_format === 'base64' }
}

type Issue = z.core.$ZodIssue

function refused(issue: Issue | undefined): Refusal {
  if (issue === undefined) return invalid('The body is not valid', null)
  const [deepest, path] = deepestOf(issue)
  if (deepest.code === 'unrecognized_keys') {
    const [key = ''] = deepest.keys
    return invalid(`${key}: there is no such field; leave it out`, key)
  }
  const name = fieldName(path)
  return invalid(`${name || 'body'}: ${deepest.message}`, name || null)
}

/** Of a union the branch that went furthest says what is wrong, such as the third text of a list. */
function deepestOf(issue: Issue, above: readonly PropertyKey[] = []): [Issue, readonly PropertyKey[]] {
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union') return [issue, path]
  const found = issue.errors.flatMap(([first]) => (first ? [deepestOf(first, path)] : []))
  return found.toSorted(([a, x], [b, y]) => y.length - x.length || rank(a) - rank(b))[0] ?? [issue, path]
}

/** A wrong size tells more than a wrong type. */
const rank = ({ code }: Issue) => (code === 'invalid_type' ? 1 : 0)

const fieldName = (path: readonly PropertyKey[]) =>
  path.map((part) => (typeof part === 'number' ? `[${part}]` : String(part))).join('')
