import type { Database } from '../../shared/db/client.ts'
import { type CollectionRow, findCollection } from '../../shared/db/collections.ts'
import { mayUseCollection } from '../../shared/domain/principal.ts'
import { searchText } from '../../shared/domain/prompt.ts'
import { AppError } from '../../shared/errors.ts'
import { errorFields } from '../../shared/log.ts'
import type { Embedders } from '../../shared/ports/embedder.ts'
import type { CallContext, RagService } from '../../shared/ports/services.ts'
import type { VectorStore } from '../../shared/ports/vector-store.ts'
import type { RegisteredReranker } from '../../shared/registry/rerankers.ts'
import type { ChargeDeps } from '../../shared/spending/charge.ts'
import { type Meters, metered, newMeters, paid } from './paid.ts'
import { retrieve } from './retrieve.ts'
import { search } from './search.ts'

export type Deps = ChargeDeps & {
  readonly db: Database
  readonly embedders: Embedders
  readonly rerankers: ReadonlyMap<string, RegisteredReranker>
  readonly countTokens: (text: string) => number
  readonly store: VectorStore
  readonly now: () => number
  /** Unguessable, one for each prompt: what tells our tags from a document's. */
  readonly newMarker: () => string
}

const DEFAULT_HITS = 10

/** The Worker's face: finds the collection, does the work, and writes one wide event per call. */
export function createRag(deps: Deps): RagService {
  return {
    retrieve: (context, request) =>
      observed(deps, 'retrieve', context, async (meters) => {
        const collection = await collectionOf(deps, context, request.collection)
        const query = searchText(request.question, request.conversation)
        const asked = { ...request, query, isRequest: request.isRequest ?? false }
        return paid(deps, meters, context, collection, asked, () =>
          retrieve(metered(deps, meters), context, collection, request),
        )
      }),
    search: (context, input) =>
      observed(deps, 'search', context, async (meters) => {
        const collection = await collectionOf(deps, context, input.collection)
        const topK = input.topK ?? collection.retrieval.topK ?? DEFAULT_HITS
        const asked = { ...input, isRequest: true }
        return paid(deps, meters, context, collection, asked, () =>
          search(metered(deps, meters), context, collection, { ...input, topK }),
        )
      }),
  }
}

async function collectionOf({ db }: Deps, { principal }: CallContext, name: string): Promise<CollectionRow> {
  if (!mayUseCollection(principal, name))
    throw new AppError('forbidden', `This key may not use the collection "${name}"`)
  const row = await findCollection(db, principal.tenantId, name)
  if (row) return row
  throw new AppError(
    'not_found',
    `collection: there is no "${name}"; PUT /v1/collections/${name} or a first document makes it`,
  )
}

async function observed<Result>(
  deps: Deps,
  operation: string,
  { requestId, principal }: CallContext,
  run: (meters: Meters) => Promise<Result>,
): Promise<Result> {
  const { log, now } = deps
  const meters = newMeters()
  const startedMs = now()
  let failure: AppError | null = null
  try {
    return await run(meters)
  } catch (error) {
    failure = AppError.from(error)
    throw failure
  } finally {
    log({
      event: operation,
      worker: 'rag',
      requestId,
      tenantId: principal.tenantId,
      durationMs: now() - startedMs,
      ...spentFields(meters),
      ...(failure && { error: errorFields(failure) }),
    })
  }
}

function spentFields({ embedding, reranking }: Meters) {
  const { tokens, costNanoUsd } = embedding.spent
  const { costNanoUsd: rerankingNanoUsd } = reranking.spent
  return {
    ...(tokens > 0 && { embedding: { tokens, costNanoUsd } }),
    ...(rerankingNanoUsd > 0 && { reranking: { costNanoUsd: rerankingNanoUsd } }),
  }
}
