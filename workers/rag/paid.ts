import type { CollectionRow } from '../../shared/db/collections.ts'
import { settingsFrom } from '../../shared/domain/retrieval/settings.ts'
import type { EmbedderTariff } from '../../shared/domain/tariff.ts'
import type { CallContext, SearchInput } from '../../shared/ports/services.ts'
import { charged, lineOf, type Purchase, type Terms } from '../../shared/spending/charge.ts'
import { type Meter, newMeter } from '../../shared/spending/meter.ts'
import type { Deps } from './app.ts'
import { textsOf } from './wordings.ts'

/** What one call takes. */
export type Meters = { readonly embedding: Meter; readonly reranking: Meter }

/** Beyond every deadline of an embedder and a reranker together. */
const EXPIRES_IN_MS = 120_000

export const newMeters = (): Meters => ({ embedding: newMeter(), reranking: newMeter() })

/** The same embedders and rerankers, read by the meters. */
export function metered(deps: Deps, { embedding, reranking }: Meters): Deps {
  const { embedders, rerankers } = deps
  return {
    ...deps,
    embedders: {
      standard: embedding.embedder(embedders.standard),
      named: (name) => embedding.embedder(embedders.named(name)),
      of: (collection) => embedding.embedder(embedders.of(collection)),
    },
    rerankers: new Map(
      Array.from(rerankers, ([id, one]) => [id, { ...one, reranker: reranking.reranker(one.reranker) }]),
    ),
  }
}

type Asked = Pick<SearchInput, 'query' | 'rewriting' | 'retrieval'> & Pick<Terms, 'isRequest'>

/** Runs a search with what its steps may cost held in the tenant's budget. Where nothing costs anything nobody is asked. */
export function paid<Result>(
  deps: Deps,
  meters: Meters,
  context: CallContext,
  collection: CollectionRow,
  asked: Asked,
  run: () => Promise<Result>,
): Promise<Result> {
  const purchases = purchasesOf(deps, meters, context, collection, asked)
  const terms = { worker: 'rag', expiresInMs: EXPIRES_IN_MS, isRequest: asked.isRequest }
  return charged(deps, purchases, terms, run)
}

function purchasesOf(
  { embedders, rerankers }: Deps,
  { embedding, reranking }: Meters,
  { requestId, principal }: CallContext,
  collection: CollectionRow,
  { query, rewriting, retrieval }: Asked,
): Purchase[] {
  const buyer = (line: string) => {
    const { tenantId, keyId } = principal
    return { id: `${requestId}-${line}`, tenantId, keyId, collection: collection.name }
  }
  const purchases: Purchase[] = []
  const { id: embedderId, tariff: ofTexts } = embedders.of(collection)
  if (ofTexts)
    purchases.push({
      intent: lineOf(buyer('embedding'), 'embedder', embedderId, ofTexts),
      mostNanoUsd: mostNanoUsd(ofTexts, query, rewriting),
      meter: embedding,
    })
  const { rerank, candidates } = settingsFrom(collection.retrieval, retrieval)
  const reranker = rerank === null ? undefined : rerankers.get(rerank)?.reranker
  if (reranker?.tariff)
    purchases.push({
      intent: lineOf(buyer('reranking'), 'reranker', reranker.id, reranker.tariff),
      mostNanoUsd: reranker.tariff.mostNanoUsd(candidates),
      meter: reranking,
    })
  return purchases
}

/** Wordings are embedded in one call, an imagined passage in another. */
function mostNanoUsd(tariff: EmbedderTariff, query: string, rewriting: Asked['rewriting']): number {
  const { wordings, passage } = textsOf(query, rewriting ?? undefined)
  return tariff.mostNanoUsd(wordings) + (passage === null ? 0 : tariff.mostNanoUsd([passage]))
}
