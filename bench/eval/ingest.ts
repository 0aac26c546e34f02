import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../cli/lib/client.ts'
import { listDocumentsRoute, postDocumentsDocumented } from '../../shared/api/documents.ts'
import type { Judged, JudgedDocument } from './judged.ts'

const BATCH = { documents: 200, characters: 4_000_000 } as const
const PATIENCE_MS = 600_000

/** Puts the set's documents in through the public API and waits until all of them can be found. */
export async function ingest(
  client: Client,
  collection: string,
  { documents }: Pick<Judged, 'documents'>,
): Promise<void> {
  for (const batch of batches(documents)) {
    const body = { documents: batch.map(toRequest) }
    await client.call(postDocumentsDocumented, { params: { collection }, body })
  }
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(500)) {
    const unfinished = await countUnfinished(client, collection)
    if (unfinished === 0) return
  }
  throw new Error(`not all documents of ${collection} were live after ${PATIENCE_MS / 1_000} s`)
}

/** A document of the set without any text is still a document, and one without a title has none. */
function toRequest(document: JudgedDocument) {
  const { id, title, ...given } = document
  const content = 'chunks' in given ? { chunks: [...given.chunks] } : given
  return { id, ...content, ...(title && { title: title.slice(0, 512) }) }
}

function* batches(documents: readonly JudgedDocument[]): Generator<JudgedDocument[]> {
  let batch: JudgedDocument[] = []
  let characters = 0
  for (const document of documents) {
    const more = 'chunks' in document ? document.chunks.join('').length : document.text.length
    if (batch.length === BATCH.documents || (batch.length > 0 && characters + more > BATCH.characters)) {
      yield batch
      batch = []
      characters = 0
    }
    batch.push(document)
    characters += more
  }
  if (batch.length > 0) yield batch
}

async function countUnfinished(client: Client, collection: string): Promise<number> {
  let count = 0
  for (const state of ['queued', 'parsing', 'embedding', 'indexing', 'failed'] as const) {
    const { data } = await client.call(listDocumentsRoute, {
      params: { collection },
      query: { state, limit: 1 },
    })
    const [first] = data
    if (first?.state === 'failed') throw new Error(`document ${first.documentId}: ${first.error?.message}`)
    count += data.length
  }
  return count
}
