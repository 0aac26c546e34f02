import { z } from '@hono/zod-openapi'
import { collectionName, filter, level, metadata, question, tier } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

export const requirements = z
  .strictObject({
    quality: z.enum(['economy', 'balanced', 'best']).optional(),
    tier: tier.optional(),
    maxLatencyMs: z.int().min(1).optional(),
    maxCostUsd: z.number().min(0).optional(),
    compliance: z.array(z.string().min(1).max(64)).max(16).optional(),
    residency: z.array(z.string().min(1).max(64)).max(16).optional(),
    levels: z.array(level).min(1).optional(),
    allowDegraded: z.boolean().optional(),
  })
  .openapi('Requirements')

const retrieval = z.strictObject({ topK: z.int().min(1).max(50).optional(), rerank: z.boolean().optional() })

export const queryRequest = z
  .strictObject({
    question,
    collection: collectionName,
    filter: filter.optional(),
    conversation: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string().max(32_000) }))
      .max(50)
      .optional(),
    stream: z.boolean().default(false),
    requirements: requirements.optional(),
    retrieval: retrieval.optional(),
    format: z
      .union([
        z.enum(['text', 'markdown']),
        z.strictObject({ jsonSchema: z.record(z.string(), z.unknown()) }),
      ])
      .default('text'),
  })
  .openapi('QueryRequest', {
    example: { question: 'How do I add an endpoint?', collection: 'handbook' },
  })

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
    score: z.number(),
  })
  .openapi('Source')

export const route = z
  .object({
    tier,
    complexity: z.number(),
    confidence: z.number(),
    endpoint: z.string(),
    configuration: z.string().nullable(),
    provider: z.string(),
    region: z.string(),
    level: level.nullable(),
    model: z.string(),
    reasons: z.array(z.string()),
    rejected: z.array(z.object({ endpoint: z.string(), reason: z.string() })),
    attempts: z.array(z.object({ endpoint: z.string(), outcome: z.string(), durationMs: z.number() })),
  })
  .openapi('Route')

export const claim = z.object({
  start: z.int(),
  end: z.int(),
  sources: z.array(z.int()),
  support: z.number(),
  supported: z.boolean(),
})

const spend = z.object({
  promptTokens: z.int(),
  completionTokens: z.int(),
  costUsd: z.number(),
  costNanoUsd: z.int(),
  estimated: z.boolean(),
})

export const queryResponse = z
  .object({
    requestId: z.string(),
    answer: z.string(),
    outcome: z.enum(['answered', 'abstained']),
    abstention: z.enum(['no_evidence', 'insufficient', 'conflicting', 'underspecified']).optional(),
    degraded: z.boolean(),
    sources: z.array(source),
    claims: z.array(claim),
    grounding: z.number(),
    removedCitations: z
      .int()
      .openapi({ description: 'Citations to sources that were not given, taken out of the answer.' }),
    route,
    usage: spend,
    timings: z.object({
      totalMs: z.number(),
      retrievalMs: z.number(),
      routeMs: z.number(),
      queueMs: z.number(),
      timeToFirstTokenMs: z.number(),
      generationMs: z.number(),
    }),
  })
  .openapi('QueryResponse')

export const queryRoute = defineRoute('query', {
  method: 'post',
  path: '/v1/query',
  tags: ['Ask'],
  summary: 'Ask a question and get a cited answer',
  description:
    'With `stream: true` the answer is `text/event-stream`: `route`, `sources`, then `text` and `citation`, then `claims`, `usage`, `done`; or `error` and nothing after it.',
  request: { body: jsonBody(queryRequest) },
  responses: {
    200: {
      description: 'The answer',
      content: { 'application/json': { schema: queryResponse }, 'text/event-stream': { schema: z.string() } },
    },
  },
})

export const searchRequest = z
  .strictObject({
    query: question,
    collection: collectionName,
    filter: filter.optional(),
    topK: z.int().min(1).max(100).default(10),
    rerank: z.boolean().optional(),
    weights: z
      .strictObject({ lexical: z.number().min(0).max(1), dense: z.number().min(0).max(1) })
      .refine(({ lexical, dense }) => lexical + dense > 0, 'must not both be 0')
      .optional()
      .openapi({ description: 'Fusion weights; the default is lexical .6, dense .4. For evaluation.' }),
  })
  .openapi('SearchRequest', { example: { query: 'budget of a key', collection: 'handbook', topK: 5 } })

export const hit = z
  .object({
    chunkId: z.string(),
    documentId: z.string(),
    version: z.int(),
    title: z.string(),
    start: z.int(),
    end: z.int(),
    text: z.string(),
    headings: z.array(z.string()),
    metadata,
    score: z.number(),
    legs: z.object({ lexical: z.number(), dense: z.number() }),
  })
  .openapi('Hit')

export const searchRoute = defineRoute('query', {
  method: 'post',
  path: '/v1/search',
  tags: ['Ask'],
  summary: 'Search a collection',
  request: { body: jsonBody(searchRequest) },
  responses: {
    200: json(
      z.object({
        hits: z.array(hit),
        timings: z.object({ totalMs: z.number(), embedMs: z.number(), searchMs: z.number() }),
      }),
      'The best chunks, best first',
    ),
  },
})
