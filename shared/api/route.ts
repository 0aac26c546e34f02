import { z } from '@hono/zod-openapi'
import { STANDINGS } from '../domain/routing/score.ts'
import { BASES } from '../domain/routing/speed.ts'
import { level, tier } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const note = (description: string) => ({ description })

const rejection = z.object({ endpoint: z.string(), reason: z.string() })
const classified = {
  tier: tier.openapi(note('The size that was asked for; another may have stood in.')),
  complexity: z.number().openapi(note('0 (trivial) to 1 (frontier).')),
  confidence: z.number().openapi(note('How sure the tier of that complexity is, 0.5 to 1.')),
  features: z
    .array(z.object({ name: z.string(), contribution: z.number() }))
    .openapi(note('What moved the complexity most.')),
  policy: z.string().openapi(note('The routing policy that was in force; `plan:…` is that of the plan.')),
  reasons: z.array(z.string()).openapi(note('The decision in sentences.')),
}

/** The decision record of an answer. */
export const route = z
  .object({
    ...classified,
    tier,
    endpoint: z.string(),
    configuration: z.string().nullable(),
    provider: z.string(),
    region: z.string(),
    level: level.nullable(),
    model: z.string(),
    candidates: z
      .array(
        z.object({
          endpoint: z.string(),
          expectedUsd: z.number(),
          predictedMs: z.number(),
          score: z.number().openapi(note('Lower is better; only differences mean something.')),
        }),
      )
      .openapi(note('The best few that could have served, in the order they would have been asked.')),
    considered: z.int().openapi(note('Endpoints that were looked at.')),
    rejected: z.array(rejection).openapi(note('The first of those that may not serve.')),
    rejectedCounts: z.record(z.string(), z.int()).openapi(note('How many may not serve, by reason.')),
    attempts: z
      .array(z.object({ endpoint: z.string(), outcome: z.string(), durationMs: z.number() }))
      .openapi(
        note(
          'Who was asked, in order: `ok`, an error code, `cancelled`, `failed` in the middle, `hedged` where another was faster, or why there was no slot.',
        ),
      ),
  })
  .openapi('Route')

const terms = z.object({
  score: z.number(),
  standing: z.enum(STANDINGS),
  basis: z.enum(BASES).openapi(note('Where the times come from: measured, nominal or default.')),
  rttMs: z.number(),
  queueMs: z.number(),
  coldStartMs: z.number(),
  timeToFirstTokenMs: z.number(),
  outputMs: z.number(),
  prefillMs: z.number(),
  quality: z.number(),
  load: z.number(),
})
const considered = z.object({
  endpoint: z.string(),
  tier: tier.nullable(),
  configuration: z.string().nullable(),
  provider: z.string(),
  region: z.string(),
  level: level.nullable(),
  model: z.string(),
  worstCaseNanoUsd: z.int(),
  expectedNanoUsd: z.int(),
  predictedMs: z.number(),
  firstTokenMs: z.number(),
  deadlineMs: z.number(),
  terms,
})

/** One line of what `bench/policies/replay.ts` reads. */
export const routeExplanation = z
  .object({
    requestId: z.string(),
    ...classified,
    request: z.record(z.string(), z.unknown()).openapi(note('All that the choice depends on, as data.')),
    fleetAtMs: z.number().openapi(note('When the snapshots that were used had been put together.')),
    candidates: z.array(considered).openapi(note('Everyone who may serve, best first.')),
    rejected: z.array(rejection).openapi(note('Everyone who may not, and why.')),
    savedMs: z.number().openapi(note('What a probable prefix hit is expected to save.')),
  })
  .openapi('RouteExplanation')

export const explainRoute = <T extends z.ZodType>(query: T) =>
  defineRoute('query', {
    method: 'post',
    path: '/v1/route',
    tags: ['Ask'],
    summary: 'Ask where a question would go, and why',
    description:
      'Takes what `/v1/query` takes, retrieves, and chooses. Nothing is generated, so `retrieval.rewrite`, `verification`, `store`, `stream` and their bounds have no effect. Embedding and reranking cost what they cost for a question, and are in the ledger. Every candidate comes with what it was judged by, so that saved answers can be replayed against another policy.',
    request: { body: jsonBody(query) },
    responses: { 200: json(routeExplanation, 'The decision') },
  })
