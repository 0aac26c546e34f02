import { z } from '@hono/zod-openapi'
import { DOCUMENT_STATES } from '../domain/document.ts'
import { collectionParams, labels } from './collections.ts'
import { documentId, LIMITS, metadata, page, pageQuery } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const documentParams = collectionParams.extend({ id: documentId })

const documentExample = {
  text: "# Leave\n\nA full year's leave is 30 days.",
  mediaType: 'text/markdown',
  metadata: { lang: 'en', year: 2026 },
}

const CHUNKS_PER_DOCUMENT = 5_000

/** Exactly one of `text`, `base64` and `chunks`. */
export const documentRequest = z
  .strictObject({
    text: z.string().optional(),
    base64: z.base64().optional(),
    chunks: z
      .array(z.string().regex(/\S/, 'must not be empty'))
      .min(1)
      .max(CHUNKS_PER_DOCUMENT)
      .optional()
      .openapi({
        description:
          'A document that you have cut yourself: each is kept as one chunk unless it is more than four times as large as the chunks of the collection. Its text is the chunks with a blank line between them.',
      }),
    mediaType: z.string().max(128).optional().openapi({
      description:
        'text/plain, text/markdown or text/html. Default: by the extension of the id or title, else text/plain for `text`.',
    }),
    title: z.string().min(1).max(512).optional(),
    metadata: metadata.optional(),
    acl: z
      .array(z.string().min(1).max(256))
      .min(1)
      .max(100)
      .optional()
      .openapi({ description: 'Principals that may see it; without one, everyone in the tenant.' }),
    labels: labels.optional(),
  })
  .refine(
    ({ text, base64, chunks }) => [text, base64, chunks].filter((given) => given !== undefined).length === 1,
    'send exactly one of text, base64 and chunks',
  )
  .refine(({ chunks, mediaType }) => chunks === undefined || mediaType === undefined, {
    path: ['mediaType'],
    error: 'leave it out beside chunks, which are plain text',
  })
  .openapi('DocumentRequest', { example: documentExample })

/** A document in a request whose path names none; without an id it gets a fresh one. */
export const newDocumentRequest = documentRequest.safeExtend({ id: documentId.optional() })

export const manyDocumentsRequest = z.strictObject({
  documents: z.array(newDocumentRequest).min(1).max(LIMITS.documentsPerRequest),
})

const documentsRequest = z
  .union([newDocumentRequest, manyDocumentsRequest])
  .openapi('DocumentsRequest', { example: { documents: [{ id: 'leave-policy.md', ...documentExample }] } })

const accepted = z
  .object({
    documentId: z.string(),
    version: z.int(),
    jobId: z.string().optional().openapi({ description: 'Missing when the content is live already.' }),
    unchanged: z.boolean().optional(),
  })
  .openapi('Accepted')

const uploadBody = {
  required: true,
  content: {
    'application/json': { schema: documentsRequest },
    'multipart/form-data': { schema: z.object({ files: z.array(z.string().openapi({ format: 'binary' })) }) },
  },
}

export const putDocumentRoute = defineRoute('documents:write', {
  method: 'put',
  path: '/v1/collections/{collection}/documents/{id}',
  tags: ['Documents'],
  summary: 'Put one document under an id of yours',
  description: 'The collection is created when it does not exist. Unchanged bytes do no work and answer 200.',
  request: { params: documentParams, body: jsonBody(documentRequest) },
  responses: { 200: json(accepted, 'Unchanged'), 202: json(accepted, 'Accepted, being indexed') },
})

/** Multipart cannot go through the JSON validator, and a union names no field, so the handler reads the body itself. */
export const postDocumentsRoute = defineRoute('documents:write', {
  method: 'post',
  path: '/v1/collections/{collection}/documents',
  tags: ['Documents'],
  summary: 'Add one or many documents',
  description:
    'One JSON document; `{documents: [..]}`; or `multipart/form-data` with any number of `files`, each stored under its file name. The first answers an object, the others `{data: [..]}` in order. When one document is refused, none is stored.',
  request: { params: collectionParams },
  responses: {
    200: json(z.union([accepted, z.object({ data: z.array(accepted) })]), 'All unchanged'),
    202: json(z.union([accepted, z.object({ data: z.array(accepted) })]), 'Accepted, being indexed'),
  },
})

/** What /openapi.json shows as the body of `postDocumentsRoute`. */
export const postDocumentsDocumented = {
  ...postDocumentsRoute,
  request: { params: collectionParams, body: uploadBody },
}

const documentStatus = z
  .object({
    documentId: z.string(),
    version: z.int(),
    liveVersion: z.int().nullable(),
    state: z.enum(DOCUMENT_STATES),
    title: z.string().nullable(),
    mediaType: z.string(),
    metadata,
    labels,
    acl: z.array(z.string()).nullable(),
    chunks: z.int(),
    bytes: z.int(),
    updatedAt: z.string(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
  })
  .openapi('Document')

export const listDocumentsRoute = defineRoute('documents:read', {
  method: 'get',
  path: '/v1/collections/{collection}/documents',
  tags: ['Documents'],
  summary: 'List documents',
  request: {
    params: collectionParams,
    query: pageQuery.extend({ state: z.enum(DOCUMENT_STATES).optional() }),
  },
  responses: { 200: json(page(documentStatus), 'Documents by id') },
})

export const getDocumentRoute = defineRoute('documents:read', {
  method: 'get',
  path: '/v1/collections/{collection}/documents/{id}',
  tags: ['Documents'],
  summary: 'Show the state of a document',
  request: { params: documentParams },
  responses: { 200: json(documentStatus, 'The newest version') },
})

/** Typed as any media type, since the handler of a literal `text/plain` would have to hold the whole text as a string. */
const STREAMED_TEXT: string = 'text/plain'

export const getContentRoute = defineRoute('documents:read', {
  method: 'get',
  path: '/v1/collections/{collection}/documents/{id}/content',
  tags: ['Documents'],
  summary: 'The canonical text that spans point into',
  request: {
    params: documentParams,
    query: z.strictObject({ version: z.coerce.number().int().min(1).optional() }),
  },
  responses: { 200: { description: 'Canonical text', content: { [STREAMED_TEXT]: { schema: z.string() } } } },
})

export const deleteDocumentRoute = defineRoute('documents:write', {
  method: 'delete',
  path: '/v1/collections/{collection}/documents/{id}',
  tags: ['Documents'],
  summary: 'Delete a document',
  request: { params: documentParams },
  responses: {
    200: json(
      z.object({
        documentId: z.string(),
        version: z.int(),
        deletedAt: z.string(),
        stores: z.record(z.string(), z.literal('deleted')),
      }),
      'A receipt naming every store it was removed from',
    ),
  },
})

const job = z
  .object({
    jobId: z.string(),
    collection: z.string(),
    documentId: z.string(),
    version: z.int(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    documentState: z.enum(DOCUMENT_STATES),
    attempts: z.int(),
    updatedAt: z.string(),
  })
  .openapi('Job')

const jobParams = z.object({ id: z.string().min(1).max(64).openapi({ example: 'job_4f0c2a' }) })

export const getJobRoute = defineRoute('documents:read', {
  method: 'get',
  path: '/v1/jobs/{id}',
  tags: ['Documents'],
  summary: 'Show a job',
  request: { params: jobParams },
  responses: { 200: json(job, 'The job') },
})

export const jobEventsRoute = defineRoute('documents:read', {
  method: 'get',
  path: '/v1/jobs/{id}/events',
  tags: ['Documents'],
  summary: 'Follow a job',
  request: { params: jobParams },
  responses: {
    200: {
      description: '`state` events until the job ends',
      content: { 'text/event-stream': { schema: z.string() } },
    },
  },
})
