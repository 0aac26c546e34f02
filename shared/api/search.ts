import { z } from '@hono/zod-openapi'
import { labels, rerankShown, retrievalUsage } from './answer.ts'
import { collectionName, filter, metadata, question } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'
import { probability, rerank, rerankerId, retrievalChoice, weights } from './retrieval.ts'

const note = (description: string) => ({ description })

type Rerank = z.infer<typeof rerank>

const agree = (a: Rerank, b: Rerank) => a === undefined || b === undefined || rerankerId(a) === rerankerId(b)

export const searchRequest = z.strictObject({
  query: question,
  collection: collectionName,
  filter: filter.optional(),
  topK: z
    .int()
    .min(1)
    .max(100)
    .optional()
    .openapi(note("How many hits; left out: the collection's setting, else 10.")),
  weights: weights.optional(),
  rerank: rerank.openapi(note('The same as `retrieval.rerank`; where both are given they must agree.')),
  retrieval: retrievalChoice.optional(),
})

const agreeingRequest = searchRequest
  .refine(({ rerank: own, retrieval }) => agree(own, retrieval?.rerank), {
    path: ['rerank'],
    error: 'differs from retrieval.rerank; give one of them',
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
    labels,
    score: z.number().openapi(note('Compares hits of one result, 0 to 1.')),
    probability,
    legs: z.object({
      lexical: z.number(),
      dense: z.number(),
      parent: z.number().optional(),
      rerank: z.number().optional(),
    }),
  })
  .openapi('Hit')

export const searchRoute = defineRoute('query', {
  method: 'post',
  path: '/v1/search',
  tags: ['Ask'],
  summary: 'Search a collection',
  request: { body: jsonBody(agreeingRequest) },
  responses: {
    200: json(
      z.object({
        hits: z.array(hit),
        rerank: rerankShown.nullable(),
        usage: retrievalUsage,
        timings: z.object({
          totalMs: z.number(),
          embedMs: z.number(),
          searchMs: z.number(),
          rerankMs: z.number(),
        }),
      }),
      'The best chunks, best first',
    ),
  },
})
