import { z } from '@hono/zod-openapi'
import { DEFAULT_RETRIEVAL, DIVERSITIES, FUSIONS } from '../domain/retrieval/settings.ts'

const note = (description: string) => ({ description })

export const weights = z
  .strictObject({ lexical: z.number().min(0).max(1), dense: z.number().min(0).max(1) })
  .refine(({ lexical, dense }) => lexical + dense > 0, 'must not both be 0')
  .openapi(note("Share of each leg; the default is what suits the collection's embedder."))

export const rerank = z
  .union([z.boolean(), z.string().min(1).max(64)])
  .optional()
  .openapi(note('Id of a reranker; true: `late-interaction`; false: none.'))

export const probability = z
  .number()
  .openapi(
    note(
      'How likely it is relevant, 0 to 1, in the same measure for all questions; calibrated for the default stages. A reranker does not change it. With another fusion or other weights it compares hits all the same, but is not calibrated.',
    ),
  )

/** The stages of a search, each of which a request may switch. What is left out stands as docs/retrieval.md says. */
export const retrievalChoice = z
  .strictObject({
    fusion: z
      .enum(FUSIONS)
      .optional()
      .openapi(note('`weighted` (default): normalised sum; `rrf`: reciprocal ranks; `dbsf`: distributions.')),
    weights: weights.optional(),
    feedback: z
      .boolean()
      .optional()
      .openapi(note('Moves the question towards the best lexical hits before vectors are compared.')),
    parent: z.boolean().optional().openapi(note('Lets the whole document speak for its chunks.')),
    agreement: z.boolean().optional().openapi(note('Moves a passage towards what passages like it scored.')),
    rerank,
    candidates: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .openapi(note(`How many of the best are reranked; the default is ${DEFAULT_RETRIEVAL.candidates}.`)),
    diversity: z
      .enum(DIVERSITIES)
      .optional()
      .openapi(note('`duplicates` drops passages that repeat a better one; `mmr` also prefers what is new.')),
    minProbability: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .openapi(note('Leaves out hits whose `probability` is below; the default is 0.')),
    cut: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .openapi(
        note('Leaves out what is less likely than this share of the likeliest; left out: nothing is cut.'),
      ),
  })
  .openapi('Retrieval')

/** Passages for a question, as a request or a collection wants them. */
export const topK = z.int().min(1).max(50).optional()

export const hints = z
  .boolean()
  .optional()
  .openapi(
    note(
      'Tells the model the language and kind of the question; left out: true with a built-in template, false with one of your own.',
    ),
  )

/** The settings that held, as a kept answer shows them. */
export const retrievalShown = z
  .object({
    topK: z.int(),
    fusion: z.enum(FUSIONS),
    weights: z.object({ lexical: z.number(), dense: z.number() }),
    feedback: z.boolean(),
    parent: z.boolean(),
    agreement: z.boolean(),
    rerank: z.string().nullable(),
    candidates: z.int(),
    diversity: z.enum(DIVERSITIES),
    minProbability: z.number(),
    cut: z.number().nullable(),
  })
  .openapi(
    note("How the answer's sources were searched: the request's settings, the collection's, the platform's."),
  )

/** As the domain takes it: a reranker by its id, null for none. */
export function toChoice({ rerank, ...choice }: z.infer<typeof retrievalChoice>) {
  return rerank === undefined ? choice : { ...choice, rerank: rerankerId(rerank) }
}

/** Null: none. */
export function rerankerId(rerank: boolean | string): string | null {
  if (rerank === true) return 'late-interaction'
  return rerank === false ? null : rerank
}
