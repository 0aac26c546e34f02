import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { LIMITS } from '../../shared/api/common.ts'
import {
  type documentRequest,
  getDocumentRoute,
  getJobRoute,
  postDocumentsDocumented,
} from '../../shared/api/documents.ts'
import type { ErrorCode } from '../../shared/errors.ts'
import type { Client } from './client.ts'
import { type Found, type Problem, type SourceFile, unreadable } from './documents.ts'
import { EXIT, Failure } from './failure.ts'
import { printable } from './terminal.ts'

export type Summary = {
  readonly collection: string
  readonly documents: number
  readonly live: number
  readonly unchanged: number
  readonly failed: readonly Problem[]
  /** Files that are no documents, which `documents` does not count. */
  readonly skipped: number
}
export type Upload = {
  readonly client: Client
  readonly collection: string
  readonly found: Found
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  readonly signal?: AbortSignal | undefined
}
type Loaded = z.input<typeof documentRequest> & { readonly id: string }
type Accepted = {
  readonly documentId: string
  readonly jobId?: string | undefined
  readonly unchanged?: boolean | undefined
}
type Outcome = 'live' | 'unchanged' | Problem

/** A request carries at most this much, so that progress is seen and a lost connection costs little. */
const BATCH = { documents: 100, bytes: 4_000_000 } as const
/** Requests at once: while one batch is indexed the next are on their way. */
const LANES = 4
const POLL_MS = { first: 50, longest: 1_000 } as const
/** Longest wait for one document; far more than any takes, so that a platform that indexes nothing is noticed. */
const PATIENCE_MS = 600_000

/** Puts the documents in and waits until each is live or failed. One that fails stops no other. */
export async function uploadDocuments({
  found,
  collection,
  client,
  onProgress,
  signal,
}: Upload): Promise<Summary> {
  const outcomes: Outcome[] = [...found.problems]
  const total = found.files.length + found.problems.length
  const ended = (outcome: Outcome) => {
    outcomes.push(outcome)
    onProgress?.(outcomes.length, total)
  }
  const batches = loadBatches(found.files, ended)
  const lane = async () => {
    for await (const batch of batches)
      for (const sent of await send(client, collection, batch))
        ended('reason' in sent ? sent : await outcomeOf(client, collection, sent, signal))
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  return {
    collection,
    documents: total,
    live: outcomes.filter((outcome) => outcome === 'live').length,
    unchanged: outcomes.filter((outcome) => outcome === 'unchanged').length,
    failed: outcomes.filter((outcome) => typeof outcome === 'object'),
    skipped: found.skipped.length,
  }
}

async function* loadBatches(
  files: readonly SourceFile[],
  failed: (problem: Problem) => void,
): AsyncGenerator<Loaded[]> {
  let batch: Loaded[] = []
  let bytes = 0
  for (const file of files) {
    const loaded = await load(file)
    if ('reason' in loaded) {
      failed(loaded)
      continue
    }
    const isFull = batch.length === BATCH.documents || bytes + loaded.bytes > BATCH.bytes
    if (isFull && batch.length > 0) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(loaded.document)
    bytes += loaded.bytes
  }
  if (batch.length > 0) yield batch
}

async function load({
  id,
  path,
  mediaType,
}: SourceFile): Promise<{ document: Loaded; bytes: number } | Problem> {
  try {
    const { size } = await stat(path)
    if (size > LIMITS.documentBytes)
      return { id, reason: `has ${size} bytes; a document may have ${LIMITS.documentBytes}` }
    const bytes = await readFile(path)
    // Bytes that are no text are the parser's to judge; only base64 carries them unharmed.
    const content = isUtf8(bytes) ? { text: bytes.toString('utf8') } : { base64: bytes.toString('base64') }
    return { document: { id, mediaType, ...content }, bytes: bytes.byteLength }
  } catch (error) {
    return { id, reason: unreadable(error) }
  }
}

/** Refusals that a single document can bring on all the others of its batch. */
const DOCUMENT_FAULTS: readonly (string | undefined)[] = [
  'invalid_request',
  'payload_too_large',
  'unsupported_media_type',
] satisfies ErrorCode[]

/** One answer for each document. When the whole batch is refused, each document goes alone, to find the one at fault. */
async function send(
  client: Client,
  collection: string,
  batch: readonly Loaded[],
): Promise<(Accepted | Problem)[]> {
  try {
    const body = { documents: [...batch] }
    const answer = await client.call(postDocumentsDocumented, { params: { collection }, body })
    return 'data' in answer ? answer.data : [answer]
  } catch (error) {
    const isDocumentsFault = error instanceof Failure && DOCUMENT_FAULTS.includes(error.code)
    if (!isDocumentsFault) throw error
    const [first, ...rest] = batch
    if (first && rest.length === 0) return [{ id: first.id, reason: error.message }]
    const alone: (Accepted | Problem)[] = []
    for (const document of batch) alone.push(...(await send(client, collection, [document])))
    return alone
  }
}

async function outcomeOf(
  client: Client,
  collection: string,
  { documentId, jobId, unchanged = false }: Accepted,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  if (jobId === undefined) return 'unchanged'
  const deadline = Date.now() + PATIENCE_MS
  for (
    let waitMs: number = POLL_MS.first;
    Date.now() < deadline;
    waitMs = Math.min(waitMs * 2, POLL_MS.longest)
  ) {
    const { state } = await client.call(getJobRoute, { params: { id: jobId } })
    // The same bytes may have come moments ago, and not be live yet.
    if (state === 'done') return unchanged ? 'unchanged' : 'live'
    if (state === 'failed') return failureOf(client, collection, documentId)
    await sleep(waitMs, undefined, signal && { signal })
  }
  throw new Failure(
    EXIT.failed,
    `${documentId} is not indexed after ${PATIENCE_MS / 60_000} minutes; the platform's log may say why.`,
  )
}

async function failureOf(client: Client, collection: string, id: string): Promise<Problem> {
  const { state, error } = await client.call(getDocumentRoute, { params: { collection, id } })
  return { id, reason: error ? `${error.message} (${error.code})` : state }
}

/** `notes: 12 documents, 10 live, 1 unchanged, 1 failed, 2 skipped`, and every failure on a line of its own. */
export function describeSummary({
  collection,
  documents,
  live,
  unchanged,
  failed,
  skipped,
}: Summary): string {
  const counts = [
    `${live} live`,
    ...(unchanged > 0 ? [`${unchanged} unchanged`] : []),
    ...(failed.length > 0 ? [`${failed.length} failed`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  const failures = failed.map(({ id, reason }) => `\n  ${printable(id)}: ${printable(reason)}`)
  const noun = documents === 1 ? 'document' : 'documents'
  return `${collection}: ${documents} ${noun}, ${counts.join(', ')}${failures.join('')}`
}
