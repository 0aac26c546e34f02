import { MAX_RERANKED, mixReranked, type Reranked, unranked } from '../domain/retrieval/rerank-mix.ts'
import { AppError } from '../errors.ts'
import type { RerankCandidate, Reranker, Reranking } from '../ports/reranker.ts'
import { spendIn } from '../spending/partial-spend.ts'

type Options = {
  /** The reranker's share in the final score, 0..1. */
  readonly weight?: number | undefined
  /** How many of the best hits it sees, at most 100. */
  readonly candidates?: number | undefined
  readonly deadlineMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export type RerankedHits<H> = {
  readonly hits: readonly Reranked<H>[]
  readonly costNanoUsd: number
  /** Why the hits are in the order of the search after all; null when they were reranked. */
  readonly degraded: string | null
}

const CANDIDATES = 50
const WEIGHT = 0.5
const DEADLINE_MS = 800
/** How long one that was late may take to say what it has been paid; what is paid for later is in the ledger alone. */
const GRACE_MS = 50

/** Hits, best first, in the reranker's order as far as the weight lets it. A reranker that fails or is late is done without. */
export async function rerankHits<H extends RerankCandidate>(
  reranker: Reranker,
  query: string,
  hits: readonly H[],
  { weight = WEIGHT, candidates = CANDIDATES, deadlineMs = DEADLINE_MS, signal }: Options = {},
): Promise<RerankedHits<H>> {
  const shown = hits.slice(0, Math.min(candidates, MAX_RERANKED))
  if (shown.length < 2) return { hits: unranked(hits), costNanoUsd: 0, degraded: null }
  const late = AbortSignal.timeout(deadlineMs)
  try {
    const work = (limit: AbortSignal) => reranker.rerank(query, shown, limit)
    const { scores, costNanoUsd } = await within(signal ? AbortSignal.any([signal, late]) : late, work)
    return { hits: mixReranked(hits, scores, weight), costNanoUsd, degraded: null }
  } catch (thrown) {
    const why = late.aborted ? `no answer within ${deadlineMs} ms` : AppError.from(thrown).message
    const { costNanoUsd } = spendIn(thrown)
    return { hits: unranked(hits), costNanoUsd, degraded: `reranker ${reranker.id}: ${why}` }
  }
}

/** Ends soon after the signal even where the work does not heed it. */
async function within(signal: AbortSignal, work: (signal: AbortSignal) => Promise<Reranking>) {
  const aborted = Promise.withResolvers<never>()
  let grace: ReturnType<typeof setTimeout> | undefined
  const onAbort = () => {
    grace = setTimeout(() => aborted.reject(signal.reason), GRACE_MS)
  }
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([work(signal), aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
    clearTimeout(grace)
  }
}
