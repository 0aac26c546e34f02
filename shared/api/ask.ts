import { z } from '@hono/zod-openapi'
import { PRIORITIES } from '../domain/priority.ts'
import { TECHNIQUES } from '../domain/rewriting.ts'
import { DEFAULT_TEMPLATE } from '../domain/template.ts'
import { queryResponse } from './answer.ts'
import { format } from './answer-format.ts'
import { collectionName, filter, level, policyName, question, templateName, tier } from './common.ts'
import { defineRoute, jsonBody } from './define-route.ts'
import { hints, retrievalChoice, topK } from './retrieval.ts'
import { explainRoute } from './route.ts'

const note = (description: string) => ({ description })

export const requirements = z
  .strictObject({
    quality: z
      .enum(['economy', 'balanced', 'best'])
      .optional()
      .openapi(note('Shifts the tier that the complexity asks for, down or up.')),
    tier: tier.optional().openapi(note('Exactly this model size.')),
    maxLatencyMs: z.int().min(1).optional().openapi(note('Deadline of the whole answer.')),
    maxCostUsd: z
      .number()
      .min(0)
      .optional()
      .openapi(
        note(
          'Bound of what generating this answer may cost at worst, all tries together. Embedding and reranking are beside it, as are rewording and judging, each of which it bounds too.',
        ),
      ),
    compliance: z
      .array(z.string().min(1).max(64))
      .max(16)
      .optional()
      .openapi({ ...note('Regimes the endpoint must be cleared for, all of them.'), example: ['hipaa'] }),
    residency: z
      .array(z.string().min(1).max(64))
      .max(16)
      .optional()
      .openapi({ ...note('Places the text may go to; one is enough.'), example: ['eu'] }),
    levels: z.array(level).min(1).optional().openapi(note('Kinds of infrastructure that may serve.')),
    policy: policyName
      .optional()
      .openapi(note("Name of the routing policy; without it the tenant's default holds, or its plan's.")),
    priority: z
      .enum(PRIORITIES)
      .optional()
      .openapi(note('Who goes first where requests wait: as much as the policy gives, or less.')),
    allowDegraded: z
      .boolean()
      .optional()
      .openapi(note('False: an error rather than quoted passages when no model may or can answer.')),
  })
  .openapi('Requirements')

export const retrieval = retrievalChoice
  .safeExtend({
    topK: topK.openapi(
      note("How many passages to find; left out: the collection's setting, else the tier decides."),
    ),
    hints,
    rewrite: z
      .array(z.enum(TECHNIQUES))
      .min(1)
      .max(TECHNIQUES.length)
      .optional()
      .openapi(
        note('Lets a small model reword the question before the search, for a price that the answer shows.'),
      ),
    maxRewriteCostUsd: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .openapi(note('Bound of what rewording may cost; 0.006 when it is left out.')),
  })
  .refine(({ rewrite, maxRewriteCostUsd }) => rewrite !== undefined || maxRewriteCostUsd === undefined, {
    path: ['maxRewriteCostUsd'],
    message: 'needs retrieval.rewrite',
  })
  .openapi('AskRetrieval')

export const template = templateName.openapi(
  note(
    'What the answer is for; decides the instructions that the model gets. `GET /v1/templates` lists them.',
  ),
)

export const verification = z
  .strictObject({
    judge: z
      .boolean()
      .optional()
      .openapi(
        note(
          'True: a small model reads the finished answer beside the passages it cites, for a price that the answer shows.',
        ),
      ),
    maxJudgeCostUsd: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .openapi(note('Bound of what judging may cost; 0.04 when it is left out.')),
  })
  .refine(({ judge, maxJudgeCostUsd }) => judge === true || maxJudgeCostUsd === undefined, {
    path: ['maxJudgeCostUsd'],
    message: 'needs verification.judge: true',
  })
  .openapi('Verification')

export const queryRequest = z
  .strictObject({
    question,
    collection: collectionName,
    filter: filter.optional(),
    conversation: z
      .array(z.strictObject({ role: z.enum(['user', 'assistant']), content: z.string().max(32_000) }))
      .max(50)
      .optional()
      .openapi(note('What was said before the question, oldest first.')),
    stream: z.boolean().default(false).openapi(note('Answer with server-sent events.')),
    store: z
      .boolean()
      .default(true)
      .openapi(note('False: the answer is not kept, so feedback on it is not possible.')),
    requirements: requirements.optional(),
    retrieval: retrieval.optional(),
    verification: verification.optional(),
    template: template.default(DEFAULT_TEMPLATE.name),
    format: format.default('text'),
  })
  .openapi('QueryRequest', {
    example: { question: 'How do I add an endpoint?', collection: 'handbook' },
  })

export const queryRoute = defineRoute('query', {
  method: 'post',
  path: '/v1/query',
  tags: ['Ask'],
  summary: 'Ask a question and get a cited answer',
  description:
    'With `stream: true` the answer is `text/event-stream`: `route`, `sources`, then `text` (`{delta}`) with `citation` (`{number, start, end}`) between, and a `claim` behind each complete sentence, then `claims`, `usage`, `done`. A failure after the first byte is `error`, and nothing follows it.',
  request: { body: jsonBody(queryRequest) },
  responses: {
    200: {
      description: 'The answer',
      content: { 'application/json': { schema: queryResponse }, 'text/event-stream': { schema: z.string() } },
    },
  },
})

export const routeRoute = explainRoute(queryRequest)
