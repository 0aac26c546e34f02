import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../cli/lib/client.ts'
import { searchRoute } from '../../shared/api/ask.ts'
import { listDocumentsRoute, postDocumentsDocumented } from '../../shared/api/documents.ts'
import type { Judged } from './judged.ts'
import { ndcg } from './metrics.ts'

const DEPTH = 10
/** A document may bring several chunks; enough of them are asked for that ten documents remain. */
const CHUNKS = 40
const BATCH = 200
const PATIENCE_MS = 600_000

/** Puts the set's documents in through the public API and waits until all of them can be found. */
export async function ingest(client: Client, collection: string, { documents }: Judged): Promise<void> {
  for (let from = 0; from < documents.length; from += BATCH) {
    const batch = documents.slice(from, from + BATCH).map(({ id, title, text }) => ({
      id,
      // A document of the set without any text is still a document.
      text,
      ...(title && { title: title.slice(0, 512) }),
    }))
    await client.call(postDocumentsDocumented, { params: { collection }, body: { documents: batch } })
  }
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(500)) {
    const unfinished = await countUnfinished(client, collection)
    if (unfinished === 0) return
  }
  throw new Error(`not all documents of ${collection} were live after ${PATIENCE_MS / 1_000} s`)
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

/** nDCG@10 of each question, in order, with the given fusion weights; undefined is the platform's default. */
export async function scores(
  client: Client,
  collection: string,
  { questions }: Judged,
  weights: { lexical: number; dense: number } | undefined,
): Promise<number[]> {
  const scored: number[] = []
  for (const { text, relevant } of questions) {
    const body = { query: text, collection, topK: CHUNKS, ...(weights && { weights }) }
    const { hits } = await client.call(searchRoute, { body })
    const ranking = [...new Set(hits.map(({ documentId }) => documentId))]
    scored.push(ndcg(ranking, relevant, DEPTH))
  }
  return scored
}
