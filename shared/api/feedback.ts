import { z } from '@hono/zod-openapi'
import { ANSWER_OUTCOMES, ANSWERS_KEPT_DAYS, RATINGS } from '../domain/answer.ts'
import { hintsShown, templateShown } from './answer.ts'
import { collectionName, otherTenant, page, pageQuery } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'
import { retrievalShown } from './retrieval.ts'
import { route } from './route.ts'

const note = (description: string) => ({ description })
const rating = z.enum(RATINGS)
const words = z.string().trim().min(1, 'must not be empty').max(8_000)

const feedback = z
  .object({
    requestId: z.string(),
    rating,
    comment: z.string().nullable(),
    correctAnswer: z.string().nullable(),
    ratedAt: z.string(),
  })
  .openapi('Feedback')

export const postFeedbackRoute = defineRoute('query', {
  method: 'post',
  path: '/v1/feedback',
  tags: ['Feedback'],
  summary: 'Say whether an answer was right',
  description: `For answers from a collection, for ${ANSWERS_KEPT_DAYS} days, unless they were asked with \`store: false\`. A second feedback on an answer takes the place of the first.`,
  request: {
    body: jsonBody(
      z
        .strictObject({
          requestId: z
            .string()
            .min(1)
            .max(128)
            .openapi({
              ...note('`requestId` or `x-request-id` of the answer, or the `id` of a chat completion.'),
              example: 'req_0f3c9a51c7e84b0f9d3f0a6f2b1c7d55',
            }),
          rating,
          comment: words.optional(),
          correctAnswer: words.optional().openapi(note('What the answer should have said.')),
        })
        .openapi('FeedbackRequest', {
          example: { requestId: 'req_0f3c9a51c7e84b0f9d3f0a6f2b1c7d55', rating: 'up' },
        }),
    ),
  },
  responses: { 200: json(feedback, 'The feedback as it is kept') },
})

/** A decision as it is kept; what is optional is missing in answers that were kept before it was. */
export const keptRoute = route
  .partial({
    complexity: true,
    confidence: true,
    features: true,
    provider: true,
    region: true,
    candidates: true,
    considered: true,
    rejected: true,
    rejectedCounts: true,
    attempts: true,
  })
  .extend({ degraded: z.boolean() })

export const keptSource = z.object({
  documentId: z.string(),
  version: z.int(),
  start: z.int(),
  end: z.int(),
  cited: z.boolean().openapi(note('The answer cites it.')),
  probability: z.number().optional().openapi(note('How likely it is relevant, 0 to 1.')),
})

export const ratedAnswer = feedback
  .extend({
    keyId: z.string().openapi(note('The key that asked.')),
    ratedBy: z.string().openapi(note('The key that gave the feedback.')),
    collection: z.string(),
    question: z.string(),
    turns: z.int().openapi(note('Messages of user and assistant before the question.')),
    answer: z.string(),
    outcome: z.enum(ANSWER_OUTCOMES),
    abstention: z.string().nullable(),
    sources: z.array(keptSource),
    grounding: z.number().nullable().openapi(note('Null where the claims were not checked.')),
    route: keptRoute,
    template: templateShown
      .nullable()
      .openapi(
        note('The instructions that the model got; null, like `retrieval`, where it was not kept yet.'),
      ),
    retrieval: retrievalShown.nullable(),
    hints: hintsShown
      .nullable()
      .openapi(note('What the model was told of how the question wants to be answered; null: nothing.')),
    createdAt: z.string(),
  })
  .openapi('RatedAnswer')

export const listFeedbackRoute = defineRoute('admin', {
  method: 'get',
  path: '/v1/feedback',
  tags: ['Feedback'],
  summary: 'Answers with feedback, the latest feedback first',
  description:
    'Questions and answers of all keys of the tenant, whatever access lists the documents behind them have; hence only for admins.',
  request: {
    query: pageQuery.extend({
      tenantId: otherTenant,
      rating: rating.optional(),
      collection: collectionName.optional(),
      cursor: z
        .string()
        .regex(/^\d{1,15}\.[\w-]{1,128}$/, 'give the nextCursor of the page before')
        .optional(),
    }),
  },
  responses: { 200: json(page(ratedAnswer), 'The answers') },
})
