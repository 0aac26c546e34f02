import type { Context } from 'hono'
import type { z } from 'zod'
import { documentId, LIMITS } from '../../../shared/api/common.ts'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import {
  manyDocumentsRequest,
  newDocumentRequest,
  postDocumentsRoute,
  putDocumentRoute,
} from '../../../shared/api/documents.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { describeIssues } from '../../../shared/http/issues.ts'
import { acceptDocuments } from '../accept.ts'
import type { Deps } from '../app.ts'
import { indexableCollection } from '../collection.ts'
import { type Incoming, incomingFile, incomingJson } from '../incoming.ts'

export type UploadDeps = Pick<
  Deps,
  'db' | 'objects' | 'embedders' | 'parsers' | 'send' | 'newId' | 'now' | 'log'
>

export function uploadRoutes(deps: UploadDeps) {
  const accept = async (c: Context<ApiEnv>, name: string, documents: readonly Incoming[]) => {
    const context = c.get('context')
    const collection = await indexableCollection(deps, context.principal, name)
    return acceptDocuments(deps, context, collection, documents)
  }
  return apiApp<ApiEnv>()
    .openapi(putDocumentRoute, async (c) => {
      const { collection, id } = c.req.valid('param')
      const document = incomingJson(deps.parsers, c.req.valid('json'), id, '')
      const [accepted] = await accept(c, collection, [document])
      if (!accepted) throw new AppError('internal', 'One document went in and none came out')
      return c.json(accepted, accepted.unchanged ? 200 : 202)
    })
    .openapi(postDocumentsRoute, async (c) => {
      const { collection } = c.req.valid('param')
      const { documents, isOne } = await readUpload(deps, c.req.raw)
      const accepted = await accept(c, collection, documents)
      const status = accepted.every(({ unchanged }) => unchanged) ? 200 : 202
      const [one] = accepted
      return isOne && one ? c.json(one, status) : c.json({ data: accepted }, status)
    })
}

type Upload = { readonly documents: readonly Incoming[]; readonly isOne: boolean }

async function readUpload(deps: UploadDeps, request: Request): Promise<Upload> {
  const type = request.headers.get('content-type') ?? ''
  if (/^multipart\/form-data\b/i.test(type))
    return { documents: await readFiles(deps, request), isOne: false }
  if (/^application\/json\b/i.test(type)) return readJson(deps, request)
  throw new AppError('unsupported_media_type', 'Send content-type application/json or multipart/form-data')
}

async function readFiles({ parsers }: UploadDeps, request: Request): Promise<Incoming[]> {
  const form = await request.formData().catch((cause: unknown) => {
    throw new AppError('invalid_request', 'The body is not valid multipart/form-data', { cause })
  })
  const parts = [...form]
  requireCount('files', parts.length)
  const files = parts.map(([field, file]) => {
    if (field !== 'files' || typeof file === 'string')
      throw new AppError(
        'invalid_request',
        `${field}: is not known; send every document as a file in "files"`,
      )
    return file
  })
  const ids = files.map((file) => checked(documentId, fileName(file), `files "${file.name}"`))
  requireDistinct(ids, (i) => `files "${ids[i]}"`)
  return Promise.all(files.map((file, i) => incomingFile(parsers, file, ids[i] ?? file.name)))
}

/** Senders escape these three and nothing else (WHATWG HTML, multipart/form-data encoding); workerd hands names on as they came. */
const fileName = ({ name }: File) => name.replaceAll(/%(?:22|0A|0D)/gi, decodeURIComponent)

async function readJson({ parsers, newId }: UploadDeps, request: Request): Promise<Upload> {
  const body: unknown = await request.json().catch((cause: unknown) => {
    throw new AppError('invalid_request', 'The body is not valid JSON', { cause })
  })
  const freshId = () => newId('doc')
  if (typeof body !== 'object' || body === null || !('documents' in body)) {
    const document = checked(newDocumentRequest, body, '')
    return { documents: [incomingJson(parsers, document, document.id ?? freshId(), '')], isOne: true }
  }
  if (Array.isArray(body.documents)) requireCount('documents', body.documents.length)
  const { documents } = checked(manyDocumentsRequest, body, '')
  const ids = documents.map(({ id = freshId() }) => id)
  requireDistinct(ids, (i) => `documents.${i}.id`)
  const incoming = documents.map((document, i) =>
    incomingJson(parsers, document, ids[i] ?? freshId(), `documents.${i}.`),
  )
  return { documents: incoming, isOne: false }
}

function checked<T extends z.ZodType>(schema: T, value: unknown, at: string): z.output<T> {
  const { data, error } = schema.safeParse(value)
  if (!error) return data
  const issues = describeIssues(error.issues)
  throw new AppError('invalid_request', at === '' ? issues : `${at}: ${issues}`)
}

function requireCount(field: string, count: number) {
  if (count === 0) throw new AppError('invalid_request', `${field}: is empty; send at least one`)
  if (count > LIMITS.documentsPerRequest)
    throw new AppError(
      'payload_too_large',
      `${field}: has ${count}; a request may have ${LIMITS.documentsPerRequest}`,
    )
}

/** Two documents under one id in one request are a slip, since the second would replace the first unread. */
function requireDistinct(ids: readonly string[], fieldOf: (index: number) => string) {
  const seen = new Set<string>()
  for (const [i, id] of ids.entries()) {
    if (seen.has(id)) throw new AppError('invalid_request', `${fieldOf(i)}: "${id}" is sent twice`)
    seen.add(id)
  }
}
