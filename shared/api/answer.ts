import { z } from '@hono/zod-openapi'
import { DOUBTS, VERDICTS } from '../domain/judging.ts'
import { INTENTS } from '../domain/query/intent.ts'
import { TECHNIQUES } from '../domain/rewriting.ts'
import { schemaShown } from './answer-format.ts'
import { probability } from './retrieval.ts'
import { route } from './route.ts'

const note = (description: string) => ({ description })

export const labels = z
  .array(z.string())
  .openapi(
    note(
      'Data labels of the document and its collection: only endpoints cleared for all of them see its text.',
    ),
  )

export const source = z
  .object({
    number: z.int(),
    documentId: z.string(),
    version: z.int(),
    title: z.string(),
    url: z.string().optional(),
    start: z.int().openapi({ description: 'UTF-16 offset into GET …/documents/{id}/content.' }),
    end: z.int(),
    text: z.string(),
    headings: z.array(z.string()),
    labels,
    score: z.number(),
    probability,
  })
  .openapi('Source')

const check = z.object({
  stated: z.int(),
  missing: z.array(z.string()).openapi(note('What stands in none of the cited sources, as written.')),
})

const claim = z
  .object({
    start: z.int(),
    end: z.int(),
    sources: z.array(z.int()),
    support: z.number(),
    supported: z.boolean(),
    judged: z
      .enum(VERDICTS)
      .nullable()
      .openapi(note('What the judge says of it; null where none was asked or it said nothing.')),
    reason: z.enum(DOUBTS).nullable().openapi(note('Why the sentence is not supported; null when it is.')),
    checks: z.object({
      numbers: check,
      dates: check,
      names: check,
      quotes: check,
      polarity: z.enum(['same', 'opposite']),
      entailment: z.number().openapi(note('Chance that the sources entail the sentence, by its words.')),
    }),
  })
  .openapi('Claim')

export const retrievalUsage = z
  .object({ embeddingTokens: z.int(), costUsd: z.number(), costNanoUsd: z.int() })
  .openapi(note('What embedding and reranking took; each is billed as a line of its own.'))

export const spend = z.object({
  promptTokens: z.int(),
  completionTokens: z.int(),
  costUsd: z.number().openapi(note('Of the generation; that of retrieval and rewording is beside it.')),
  costNanoUsd: z.int(),
  estimated: z.boolean(),
  retrieval: retrievalUsage,
})

const sideSpend = z.object({
  endpoint: z.string().nullable(),
  costUsd: z.number(),
  costNanoUsd: z.int(),
  failure: z.string().nullable().openapi(note('Why nothing came of it.')),
})

export const rewritingShown = sideSpend
  .extend({
    techniques: z.array(z.enum(TECHNIQUES)),
    standalone: z.string().nullable(),
    queries: z.array(z.string()),
    passage: z.string().nullable(),
  })
  .openapi(note('What a model made of the question; billed as a line of its own.'))

const judgeShown = sideSpend.openapi(
  note(
    'Who judged the sentences, where that was asked for; billed as a line of its own. Nobody where no verdict could tell anything: of an abstention, of quoted passages, of sentences that are refuted already.',
  ),
)

export const hintsShown = z
  .object({
    language: z
      .string()
      .nullable()
      .openapi(note('ISO 639-1; null where the question does not tell it surely.')),
    intent: z.enum(INTENTS),
  })
  .openapi(note('What the model was told of how the question wants to be answered.'))

export const rerankShown = z
  .object({ id: z.string(), degraded: z.string().nullable() })
  .openapi(note('The reranker, and why the hits are in the order of the search after all.'))

export const templateShown = z
  .object({ name: z.string(), version: z.int(), builtIn: z.boolean() })
  .openapi(
    note("The instructions that the model got: the platform's where `builtIn`, else the tenant's own."),
  )

/** What the checks say of an answer from documents. */
export const answerChecks = z.object({
  outcome: z.enum(['answered', 'abstained']),
  abstention: z.enum(['no_evidence', 'insufficient', 'conflicting', 'underspecified']).optional(),
  reason: z.string().optional().openapi(note('Why it abstained.')),
  schema: schemaShown.optional(),
  claims: z
    .array(claim)
    .openapi(note('Sentences of the answer, what they cite, and how well that supports them, 0 to 1.')),
  grounding: z.number().openapi(note('Share of the answer that its sources support, 0 to 1.')),
  unsupported: z
    .partialRecord(z.enum(DOUBTS), z.int())
    .openapi(note('How many sentences are not supported, by reason.')),
  removedCitations: z
    .int()
    .openapi(note('Citations to sources that were not given, taken out of the answer.')),
  judge: judgeShown.optional(),
})

export const queryResponse = answerChecks
  .extend({
    requestId: z.string(),
    answer: z.string(),
    degraded: z.boolean().openapi(note('No model answered; the passages are quoted.')),
    sources: z.array(source),
    hints: hintsShown.optional(),
    rewriting: rewritingShown.optional(),
    rerank: rerankShown.optional(),
    template: templateShown,
    route,
    usage: spend,
    timings: z.object({
      totalMs: z.number(),
      retrievalMs: z.number().openapi(note('With rewording, where that was asked for.')),
      routeMs: z.number(),
      queueMs: z.number(),
      timeToFirstTokenMs: z.number(),
      generationMs: z.number(),
      judgingMs: z.number(),
    }),
  })
  .openapi('QueryResponse')
