import type { Database } from '../../shared/db/client.ts'
import { type CollectionRow, findCollection } from '../../shared/db/collections.ts'
import { mayUseCollection } from '../../shared/domain/principal.ts'
import { AppError } from '../../shared/errors.ts'
import { errorFields } from '../../shared/log.ts'
import type { Embedder, Embedders } from '../../shared/ports/embedder.ts'
import type { EventSink } from '../../shared/ports/event-sink.ts'
import type { CallContext, RagService } from '../../shared/ports/services.ts'
import type { VectorStore } from '../../shared/ports/vector-store.ts'
import type { RegisteredReranker } from '../../shared/registry/rerankers.ts'
import { retrieve } from './retrieve.ts'
import { search } from './search.ts'

export type Deps = {
  readonly db: Database
  readonly embedders: Embedders
  readonly rerankers: ReadonlyMap<string, RegisteredReranker>
  readonly countTokens: (text: string) => number
  readonly store: VectorStore
  readonly now: () => number
  /** Unguessable, one for each prompt: what tells our tags from a document's. */
  readonly newMarker: () => string
  readonly log: EventSink
}

/** The Worker's face: finds the collection, does the work, and writes one wide event per call. */
export function createRag(deps: Deps): RagService {
  return {
    retrieve: (context, request) =>
      observed(deps, 'retrieve', context, async (metered) =>
        retrieve(metered, context, await collectionOf(deps, context, request.collection), request),
      ),
    search: (context, input) =>
      observed(deps, 'search', context, async (metered) =>
        search(metered, context, await collectionOf(deps, context, input.collection), input),
      ),
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
  run: (deps: Deps) => Promise<Result>,
): Promise<Result> {
  const { log, now } = deps
  const { embedders, spent } = meteredEmbedders(deps.embedders)
  const startedMs = now()
  let failure: AppError | null = null
  try {
    return await run({ ...deps, embedders })
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
      ...(spent.tokens > 0 && { embedding: spent }),
      ...(failure && { error: errorFields(failure) }),
    })
  }
}

/** The same embedders, which add up what one call takes of them. */
function meteredEmbedders(embedders: Embedders) {
  const spent = { tokens: 0, costNanoUsd: 0 }
  const metered = (embedder: Embedder): Embedder => ({
    ...embedder,
    async embed(...call) {
      const embedding = await embedder.embed(...call)
      spent.tokens += embedding.tokens
      spent.costNanoUsd += embedding.costNanoUsd
      return embedding
    },
  })
  return {
    spent,
    embedders: {
      standard: metered(embedders.standard),
      named: (name) => metered(embedders.named(name)),
      of: (collection) => metered(embedders.of(collection)),
    } satisfies Embedders,
  }
}
