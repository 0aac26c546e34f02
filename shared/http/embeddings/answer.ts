import { z } from 'zod'
import { AppError } from '../../errors.ts'

/** As OpenAI answers, and Voyage, which counts `total_tokens` only. Servers may send the vectors in any order. */
const listed = z.object({
  data: z.array(z.object({ index: z.int().min(0), embedding: z.array(z.number()) })),
  usage: z
    .object({ prompt_tokens: z.int().min(0).nullish(), total_tokens: z.int().min(0).nullish() })
    .nullish(),
})

/** Vectors in the order of the texts, each place taken once. */
export function readEmbeddingList(body: unknown) {
  const { data, usage } = readAnswer(listed, body)
  const ordered = data.toSorted((a, b) => a.index - b.index)
  if (ordered.some(({ index }, i) => index !== i))
    throw new AppError('upstream_rejected', 'The server answered a text twice or not at all')
  return {
    vectors: ordered.map(({ embedding }) => embedding),
    tokens: usage?.prompt_tokens ?? usage?.total_tokens ?? null,
  }
}

/** The body by its schema; throws upstream_rejected with the field that is not as it should be. */
export function readAnswer<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, error, success } = schema.safeParse(body)
  if (success) return data
  const at = error.issues[0]?.path.join('.') ?? ''
  throw new AppError(
    'upstream_rejected',
    `The server's answer is no list of embeddings: ${at || 'its body'} is wrong`,
  )
}
