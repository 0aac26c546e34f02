import type { LegWeights } from '../fusion.ts'

export const FUSIONS = ['weighted', 'rrf', 'dbsf'] as const
export type Fusion = (typeof FUSIONS)[number]

export const DIVERSITIES = ['none', 'duplicates', 'mmr'] as const
export type Diversity = (typeof DIVERSITIES)[number]

/** The stages of a search. Each can be left out; what is on by default has earned its place in docs/retrieval.md. */
export type RetrievalSettings = {
  /** How the scores of the legs become one: a normalised weighted sum, reciprocal ranks, or distribution-based. */
  readonly fusion: Fusion
  /** Share of each leg in the weighted sum; null: what suits the collection's embedder. */
  readonly weights: LegWeights | null
  /** Moves the question's vector towards the best lexical hits, as far as suits the collection's embedder. */
  readonly feedback: boolean
  /** Lets the whole document speak for its chunks. */
  readonly parent: boolean
  /** Moves a candidate towards what candidates like it scored. */
  readonly agreement: boolean
  /** Id of the reranker that orders the best candidates anew; null: none. */
  readonly rerank: string | null
  /** How many of the best candidates the reranker sees, at most 100: with more of them rerankers get worse. */
  readonly candidates: number
  /** What is done about passages that say the same. */
  readonly diversity: Diversity
  /** Hits that are less likely to be relevant are left out, 0..1. */
  readonly minProbability: number
  /** So are hits less likely than this share of the likeliest, 0..1: as many hits as there are good ones. Null: none is. */
  readonly cut: number | null
}

export const DEFAULT_RETRIEVAL: RetrievalSettings = {
  fusion: 'weighted',
  weights: null,
  feedback: true,
  parent: true,
  agreement: true,
  rerank: null,
  candidates: 50,
  diversity: 'none',
  minProbability: 0,
  cut: null,
}

/** The settings that held for a search: where nobody chose weights, with those of the collection's embedder. */
export type HeldRetrieval = RetrievalSettings & { readonly weights: LegWeights }

/** What a request says of its search; the rest is the platform's. */
export type RetrievalChoice = {
  readonly [Key in keyof RetrievalSettings]?: RetrievalSettings[Key] | undefined
}

/** What a collection says of its searches. */
export type CollectionRetrieval = RetrievalChoice & {
  readonly topK?: number | undefined
  readonly hints?: boolean | undefined
}

/** The platform's settings, and over them what each of the choices says: the later, the stronger. */
export function settingsFrom(...choices: readonly (RetrievalChoice | undefined)[]): RetrievalSettings {
  let settings = DEFAULT_RETRIEVAL
  for (const choice of choices)
    for (const [key, value] of Object.entries(choice ?? {}))
      if (value !== undefined && key in settings) settings = { ...settings, [key]: value }
  return settings
}
