import { charged, lineOf, type Purchase } from '../../../shared/spending/charge.ts'
import { type Meter, newMeter } from '../../../shared/spending/meter.ts'
import { slices } from '../slices.ts'
import type { IndexDeps } from './index-documents.ts'
import type { Begun, EmbeddingCost, Task } from './outcome.ts'

const TEXTS_PER_EMBEDDING = 256
/** Longer than any delivery runs. */
const EXPIRES_IN_MS = 20 * 60_000
/** Stands for the key where nobody knows who sent the document: the tenant's budgets count it, those of keys do not. */
const NO_KEY = 'ingestion'

export type Embedding<Chunk> = {
  readonly task: Task & Pick<Begun, 'keyId' | 'attempt'>
  readonly chunks: readonly Chunk[]
  readonly textOf: (chunk: Chunk) => string
}

/**
 * The vectors of a document's chunks, with what they may cost held in the tenant's budget. What it took is kept in `spent`, also when
 * it fails half-way.
 */
export async function embedPaid<Chunk>(
  deps: IndexDeps,
  embedding: Embedding<Chunk>,
  spent: Map<string, EmbeddingCost>,
): Promise<Float32Array[]> {
  const { task, chunks, textOf } = embedding
  const meter = newMeter()
  const embedder = meter.embedder(deps.embedders.of(task.collection))
  const terms = { worker: 'ingest', expiresInMs: EXPIRES_IN_MS, isRequest: false }
  try {
    return await charged(deps, purchasesOf(deps, embedding, meter), terms, async () => {
      const vectors: Float32Array[] = []
      for (const call of slices(chunks, TEXTS_PER_EMBEDDING))
        vectors.push(...(await embedder.embed(call.map(textOf), 'document')).vectors)
      return vectors
    })
  } finally {
    const { tokens, costNanoUsd } = meter.spent
    if (tokens > 0) spent.set(task.job.id, { tokens, costNanoUsd })
  }
}

function purchasesOf<Chunk>(
  { embedders }: IndexDeps,
  { task, chunks, textOf }: Embedding<Chunk>,
  meter: Meter,
): Purchase[] {
  const { id: embedderId, tariff } = embedders.of(task.collection)
  if (!tariff) return []
  const mostNanoUsd = slices(chunks, TEXTS_PER_EMBEDDING).reduce(
    (sum, call) => sum + tariff.mostNanoUsd(call.map(textOf)),
    0,
  )
  if (mostNanoUsd === 0) return []
  const { job, attempt, keyId } = task
  const { id: jobId, tenantId, collection } = job
  const id = attempt === 1 ? `${jobId}-embedding` : `${jobId}-embedding.${attempt}`
  const buyer = { id, tenantId, keyId: keyId ?? NO_KEY, collection }
  return [{ intent: lineOf(buyer, 'embedder', embedderId, tariff), mostNanoUsd, meter }]
}
