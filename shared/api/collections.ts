import { z } from '@hono/zod-openapi'
import type { CollectionRetrieval } from '../domain/retrieval/settings.ts'
import { entryWords } from '../domain/retrieval/synonyms.ts'
import { collectionName, page, pageQuery, tier } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'
import { hints, retrievalChoice, toChoice, topK } from './retrieval.ts'

const note = (description: string) => ({ description })

export const labels = z.array(z.string().min(1).max(64)).max(16)
export const collectionParams = z.object({ collection: collectionName })

const collectionRetrieval = retrievalChoice
  .safeExtend({
    topK: topK.openapi(
      note('Passages for a question and hits of a search; left out: as the tier has it, and 10.'),
    ),
    hints,
  })
  .openapi('CollectionRetrieval')

/** In one form each, so that none stands in a group twice unseen. */
const normalised = (entry: string) => entry.toLowerCase().normalize('NFC').trim().replaceAll(/\s+/gu, ' ')

/** Why an entry would do nothing, or something else than it says. */
function entryProblem(entry: string): string | null {
  const { words, isTelling, hasSigns } = entryWords(entry)
  if (words.length === 0) return 'has no letter or digit, so nothing is found by it; leave it out'
  if (!isTelling)
    return words.length === 1
      ? `"${entry}" is too common a word to be searched; leave it out`
      : `"${entry}" has only words that are too common to be searched; leave it out`
  if (hasSigns)
    return `"${entry}" would be searched as "${words.join(' ')}", since signs around words are not; write it so, or leave it out`
  return null
}

const synonym = z
  .string()
  .overwrite(normalised)
  .max(64, 'may have at most 64 characters')
  .superRefine((entry, context) => {
    const message = entryProblem(entry)
    if (message !== null) context.addIssue({ code: 'custom', message })
  })

const synonymGroup = z
  .array(synonym)
  .min(2, 'needs at least 2 entries, which mean the same; add one or leave the group out')
  .max(16, 'may have at most 16 entries; leave some out')
  .superRefine((entries, context) => {
    for (const [i, entry] of entries.entries())
      if (entries.indexOf(entry) < i)
        context.addIssue({
          code: 'custom',
          path: [i],
          message: `"${entry}" is in this group already; leave it out`,
        })
  })

/** Every search of the collection reads them all. */
const MAX_SYNONYM_CHARS = 64_000

const synonyms = z
  .array(synonymGroup)
  .max(500, 'may have at most 500 groups; leave some out')
  .refine(
    (groups) => JSON.stringify(groups).length <= MAX_SYNONYM_CHARS,
    `may have at most ${MAX_SYNONYM_CHARS} characters in all as JSON; leave some groups out`,
  )
  .openapi(note('Groups of words or phrases that mean the same here; kept in lower case.'))

const collection = z
  .object({
    name: z.string(),
    profile: tier,
    store: z.string(),
    embedder: z.string(),
    labels,
    retrieval: collectionRetrieval,
    synonyms: z.array(z.array(z.string())),
    documents: z.int(),
    chunks: z.int(),
    createdAt: z.string(),
  })
  .openapi('Collection')

export const collectionRequest = z
  .strictObject({
    profile: tier
      .optional()
      .openapi({ description: 'Chunk size of the tier; cannot be changed later. Default m.' }),
    store: z.literal('embedded').optional(),
    embedder: z.string().min(1).max(512).optional().openapi({
      description: 'Name of an embedder of this platform; stands for its life. Left out: the default one.',
    }),
    labels: labels.optional(),
    retrieval: collectionRetrieval.optional(),
    synonyms: synonyms.optional(),
  })
  .openapi('CollectionRequest', {
    example: {
      profile: 'm',
      labels: ['internal'],
      retrieval: { topK: 8 },
      synonyms: [['pto', 'paid time off', 'vacation']],
    },
  })

/** As it is stored: a reranker by its id, null for none. */
export function toCollectionRetrieval(given: z.infer<typeof collectionRetrieval>): CollectionRetrieval {
  const { topK: wanted, ...choice } = given
  return { ...toChoice(choice), topK: wanted }
}

/** As the API shows it, so that it can be sent again. */
export function shownRetrieval({
  rerank,
  weights,
  cut,
  ...rest
}: CollectionRetrieval): z.infer<typeof collectionRetrieval> {
  return {
    ...rest,
    rerank: rerank === null ? false : rerank,
    weights: weights ?? undefined,
    cut: cut ?? undefined,
  }
}

export const putCollectionRoute = defineRoute('documents:write', {
  method: 'put',
  path: '/v1/collections/{collection}',
  tags: ['Documents'],
  summary: 'Create a collection, or change its labels and settings',
  description:
    'Of a collection that there is, what is left out stays; `retrieval: {}` and `synonyms: []` take back what was set.',
  request: { params: collectionParams, body: jsonBody(collectionRequest) },
  responses: { 200: json(collection, 'It existed'), 201: json(collection, 'It was created') },
})

export const getCollectionRoute = defineRoute('documents:read', {
  method: 'get',
  path: '/v1/collections/{collection}',
  tags: ['Documents'],
  summary: 'Show a collection',
  request: { params: collectionParams },
  responses: { 200: json(collection, 'The collection') },
})

export const listCollectionsRoute = defineRoute('documents:read', {
  method: 'get',
  path: '/v1/collections',
  tags: ['Documents'],
  summary: 'List collections',
  request: { query: pageQuery },
  responses: { 200: json(page(collection), 'Collections by name') },
})

export const deleteCollectionRoute = defineRoute('documents:write', {
  method: 'delete',
  path: '/v1/collections/{collection}',
  tags: ['Documents'],
  summary: 'Delete a collection with everything in it',
  request: { params: collectionParams },
  responses: {
    200: json(
      z.object({ collection: z.string(), documents: z.int(), deleted: z.literal(true) }),
      'A receipt',
    ),
  },
})
