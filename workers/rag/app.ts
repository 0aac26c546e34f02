import type { Database } from '../../shared/db/client.ts'
import { type CollectionRow, findCollection } from '../../shared/db/collections.ts'
import { findClaims, groundingOf } from '../../shared/domain/claims.ts'
import { mayUseCollection } from '../../shared/domain/principal.ts'
import { AppError } from '../../shared/errors.ts'
import { errorFields } from '../../shared/log.ts'
import type { Embedder } from '../../shared/ports/embedder.ts'
import type { EventSink } from '../../shared/ports/event-sink.ts'
import type { CallContext, RagService } from '../../shared/ports/services.ts'
import type { VectorStore } from '../../shared/ports/vector-store.ts'
import { retrieve } from './retrieve.ts'
import { search } from './search.ts'

export type Deps = {
  readonly db: Database
  readonly embedder: Embedder
  readonly countTokens: (text: string) => number
  readonly store: VectorStore
  readonly now: () => number
  readonly log: EventSink
}

/** The Worker's face: finds the collection, does the work, and writes one wide event per call. */
export function createRag(deps: Deps): RagService {
  return {
    retrieve: (context, request) =>
      observed(deps, 'retrieve', context, async () =>
        retrieve(deps, context, await collectionOf(deps, context, request.collection), request),
      ),
    search: (context, input) =>
      observed(deps, 'search', context, async () =>
        search(deps, context, await collectionOf(deps, context, input.collection), input),
      ),
    verify: (context, answer, sources) =>
      observed(deps, 'verify', context, async () => {
        const claims = findClaims(answer, sources)
        return { claims, grounding: groundingOf(claims) }
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
  { log, now }: Deps,
  operation: string,
  { requestId, principal }: CallContext,
  run: () => Promise<Result>,
): Promise<Result> {
  const startedMs = now()
  let failure: AppError | null = null
  try {
    return await run()
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
      ...(failure && { error: errorFields(failure) }),
    })
  }
}
