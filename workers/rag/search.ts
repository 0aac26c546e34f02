import type { CollectionRow } from '../../shared/db/collections.ts'
import { indexNamespace } from '../../shared/domain/collection.ts'
import { diversify } from '../../shared/domain/retrieval/diversity.ts'
import { mergeWordings } from '../../shared/domain/retrieval/merge.ts'
import { likelyHits } from '../../shared/domain/retrieval/probability.ts'
import { type RetrievalSettings, settingsFrom } from '../../shared/domain/retrieval/settings.ts'
import { AppError } from '../../shared/errors.ts'
import type { CallContext, Found, LabelledHit, SearchInput } from '../../shared/ports/services.ts'
import type { SearchRequest } from '../../shared/ports/vector-store.ts'
import type { RegisteredReranker } from '../../shared/registry/rerankers.ts'
import { rerankHits } from '../../shared/rerank/rerank-hits.ts'
import type { Deps } from './app.ts'
import { labelled } from './labels.ts'
import { wordingsOf } from './wordings.ts'

type Input = Pick<SearchInput, 'query' | 'filter' | 'rewriting' | 'retrieval'> & { readonly topK: number }

/** Stages that drop or reorder hits are given this many for each that is wanted. */
const OVERFETCH = 2

/** Embeds the query as the collection is embedded, and searches it as the caller may see it, stage by stage. */
export async function search(
  deps: Deps,
  { principal }: CallContext,
  collection: CollectionRow,
  { query, topK, filter, rewriting, retrieval }: Input,
): Promise<Found> {
  const { db, embedders, store, now } = deps
  const startedMs = now()
  const settings = settingsFrom(collection.retrieval, retrieval)
  const reranker = rerankerOf(deps, collection, retrieval)
  const embedder = embedders.of(collection)
  const { wordings, embedding } = await wordingsOf(embedder, query, rewriting ?? undefined)
  const embeddedMs = now()
  const { fusion, feedback, parent, agreement } = settings
  const { denseShare, feedbackShare } = embedder
  const weights = settings.weights ?? { lexical: 1 - denseShare, dense: denseShare }
  const common: Omit<SearchRequest, 'text' | 'vector'> = {
    topK: depthOf(topK, settings),
    filter,
    synonyms: collection.synonyms,
    principals: principal.principals,
    weights,
    stages: { fusion, feedback, feedbackShare, parent, agreement, isWeighted: settings.weights !== null },
  }
  const [own = [], ...others] = await Promise.all(
    wordings.map((wording) => store.search(indexNamespace(collection), { ...common, ...wording })),
  )
  const merged = await labelled(db, collection, mergeWordings(own, others))
  const searchedMs = now()
  const { hits, rerank } = await reranked(reranker, wordings[0]?.text ?? query, merged, settings.candidates)
  const endedMs = now()
  return {
    hits: likelyHits(diversify(hits, settings.diversity).slice(0, topK), settings),
    settings: { ...settings, weights },
    embedding,
    rerank,
    timings: {
      totalMs: endedMs - startedMs,
      embedMs: embeddedMs - startedMs,
      searchMs: searchedMs - embeddedMs,
      rerankMs: endedMs - searchedMs,
    },
  }
}

function depthOf(topK: number, { rerank, candidates, diversity }: RetrievalSettings): number {
  const wanted = diversity === 'none' ? topK : topK * OVERFETCH
  return rerank === null ? wanted : Math.max(wanted, candidates)
}

type Chosen = RegisteredReranker & { readonly id: string }

/** A collection may still name a reranker that the platform had once: then its callers are told where the name comes from. */
function rerankerOf(
  { rerankers }: Deps,
  { name, retrieval }: CollectionRow,
  asked: Input['retrieval'],
): Chosen | null {
  const { rerank: id } = settingsFrom(retrieval, asked)
  if (id === null) return null
  const found = rerankers.get(id)
  if (found) return { id, ...found }
  const known = [...rerankers.keys()].join(', ')
  throw new AppError(
    'invalid_request',
    asked?.rerank === undefined
      ? `collection: the settings of "${name}" name the reranker "${id}", which this platform does not have; name another in retrieval.rerank of PUT /v1/collections/${name}, or in that of the request; there is ${known}`
      : `retrieval.rerank: there is no reranker "${id}"; there is ${known}`,
  )
}

async function reranked(
  chosen: Chosen | null,
  query: string,
  hits: readonly LabelledHit[],
  candidates: number,
): Promise<{ hits: readonly LabelledHit[]; rerank: Found['rerank'] }> {
  if (chosen === null) return { hits, rerank: null }
  const { id, weight, reranker } = chosen
  const {
    hits: ordered,
    costNanoUsd,
    degraded,
  } = await rerankHits(reranker, query, hits, { weight, candidates })
  const scored = ordered.map(({ rerankScore, ...hit }) =>
    rerankScore === null ? hit : { ...hit, legs: { ...hit.legs, rerank: rerankScore } },
  )
  return { hits: scored, rerank: { id, costNanoUsd, degraded } }
}
