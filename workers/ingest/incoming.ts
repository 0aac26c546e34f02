import type { z } from 'zod'
import { LIMITS } from '../../shared/api/common.ts'
import type { documentRequest } from '../../shared/api/documents.ts'
import type { NewVersion } from '../../shared/db/documents.ts'
import { CHUNKS_MEDIA_TYPE, essence, mediaTypeOfName } from '../../shared/domain/media-type.ts'
import { AppError } from '../../shared/errors.ts'
import type { Deps } from './app.ts'

/** A document as a request brought it, ready to be stored. */
export type Incoming = { readonly documentId: string; readonly bytes: Uint8Array } & Pick<
  NewVersion,
  'mediaType' | 'title' | 'metadata' | 'acl' | 'labels'
>

type Parsers = Deps['parsers']

/** `at` is the document's place in the request, `''` or `documents.3.`, so that errors name the field. */
export function incomingJson(
  parsers: Parsers,
  document: z.infer<typeof documentRequest>,
  documentId: string,
  at: string,
): Incoming {
  const { title = null, metadata = {}, acl = null, labels = [] } = document
  const bytes = readBytes(document, at)
  const mediaType = readMediaType(parsers, document, documentId, at)
  return { documentId, bytes, mediaType, title, metadata, acl, labels }
}

function readBytes(document: z.infer<typeof documentRequest>, at: string): Uint8Array {
  const [field, bytes] = contentOf(document)
  if (bytes.byteLength > LIMITS.documentBytes) throw tooLarge(at + field, bytes.byteLength)
  return bytes
}

function contentOf({ text, base64 = '', chunks }: z.infer<typeof documentRequest>): [string, Uint8Array] {
  const encoder = new TextEncoder()
  if (chunks) return ['chunks', encoder.encode(JSON.stringify(chunks))]
  return text === undefined ? ['base64', decodeBase64(base64)] : ['text', encoder.encode(text)]
}

function readMediaType(
  parsers: Parsers,
  { text, chunks, title = '', mediaType: given }: z.infer<typeof documentRequest>,
  documentId: string,
  at: string,
): string {
  const field = `${at}mediaType`
  if (chunks) return CHUNKS_MEDIA_TYPE
  if (given !== undefined) return supported(parsers, essence(given), field, given)
  const named = mediaTypeOfName(documentId) ?? mediaTypeOfName(title)
  return supported(parsers, named ?? (text === undefined ? null : 'text/plain'), field, '')
}

/** A file's extension is trusted before its part's content type, which senders guess from the same extension or not at all. */
export async function incomingFile(parsers: Parsers, file: File, documentId: string): Promise<Incoming> {
  const at = `files "${documentId}"`
  if (file.size > LIMITS.documentBytes) throw tooLarge(at, file.size)
  const mediaType = supported(parsers, mediaTypeOfName(documentId) ?? essence(file.type), at, file.type)
  return {
    documentId,
    bytes: new Uint8Array(await file.arrayBuffer()),
    mediaType,
    title: null,
    metadata: {},
    acl: null,
    labels: [],
  }
}

function supported(parsers: Parsers, mediaType: string | null, field: string, said: string): string {
  if (mediaType !== null && parsers.has(mediaType)) return mediaType
  const known = [...parsers.keys()].join(', ')
  const what = said !== '' ? `"${said}" is not supported` : 'the type is not known'
  throw new AppError('unsupported_media_type', `${field}: ${what}; send UTF-8 of one of ${known}`)
}

function tooLarge(field: string, bytes: number) {
  return new AppError(
    'payload_too_large',
    `${field}: has ${bytes} bytes; a document may have ${LIMITS.documentBytes}`,
  )
}

function decodeBase64(base64: string): Uint8Array {
  const binary = atob(base64)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i)
  return bytes
}
