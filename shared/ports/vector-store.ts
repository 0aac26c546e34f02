import type { Filter, Metadata } from '../domain/filter.ts'
import type { LegWeights } from '../domain/fusion.ts'
import type { RetrievalSettings } from '../domain/retrieval/settings.ts'

/** Where an index lives. The tenant comes from the principal; no filter can express or widen it. */
export type Namespace = {
  readonly tenantId: string
  readonly collection: string
  /** Embedder id and chunk profile, so that two ways to index never mix. */
  readonly profile: string
  /** Number of hash slots the collection is spread over; fixed when the collection is made. */
  readonly slots: number
}

/** One version of one document: the unit that becomes visible, is replaced, and is removed. */
export type DocumentVersion = {
  readonly documentId: string
  readonly version: number
  readonly title: string
  readonly metadata: Metadata
  /** Principals that may see it; null means everyone in the tenant. */
  readonly acl: readonly string[] | null
  /** Data labels: which endpoints may be shown its text. They hide nothing from a search. */
  readonly labels: readonly string[]
}

export type IndexedChunk = {
  readonly id: string
  readonly ordinal: number
  readonly start: number
  readonly end: number
  readonly text: string
  /** Canonical text between this chunk and the next: neighbours joined with it re-extract exactly. */
  readonly gap: string
  readonly headings: readonly string[]
  readonly vector: Float32Array
}

export type SearchRequest = {
  readonly text: string
  readonly vector: Float32Array
  readonly topK: number
  readonly filter?: Filter | undefined
  /** Groups of words that mean the same in this collection. */
  readonly synonyms?: readonly (readonly string[])[] | undefined
  /** Always applied: documents with an ACL are seen only by one of these. */
  readonly principals: readonly string[]
  /** Fusion weight per leg, 0..1; a leg of weight 0 is still scored. Default: lexical .6, dense .4. */
  readonly weights?: LegWeights | undefined
  /** Without them the stages that are on by default. */
  readonly stages?: SearchStages | undefined
}

/** What of a search can be switched; see RetrievalSettings. */
export type SearchStages = Pick<RetrievalSettings, 'fusion' | 'feedback' | 'parent' | 'agreement'> & {
  /** How far feedback moves the question's vector, 0..1. */
  readonly feedbackShare: number
  /** Whether the caller chose the weights; nothing then changes them. */
  readonly isWeighted: boolean
}

/** What an index holds of a chunk. */
export type StoredChunk = {
  readonly chunkId: string
  readonly documentId: string
  readonly version: number
  readonly ordinal: number
  readonly title: string
  readonly start: number
  readonly end: number
  readonly text: string
  readonly gap: string
  readonly headings: readonly string[]
  readonly metadata: Metadata
  /** Of its document; null when that was published before an index kept labels. */
  readonly labels: readonly string[] | null
}

export type Hit = StoredChunk & {
  /** Fused, 0..1, comparable only inside one result. */
  readonly score: number
  /** How likely it is to be relevant, 0..1, comparable between questions; see relevanceProbability. */
  readonly probability: number
  /** Raw leg scores of the chunk: BM25 (0 when no term matched) and cosine after centring and feedback. */
  readonly legs: {
    readonly lexical: number
    readonly dense: number
    /** BM25 of the whole document on the chunks' scale; missing where the store has none. */
    readonly parent?: number
    readonly rerank?: number
  }
}

export type PublishOutcome = 'published' | 'superseded'

/**
 * A hybrid index. Writes are visible to the next read.
 * A version is staged invisibly (any number of calls, idempotent by chunk id), then published: from one read to the next
 * it replaces the document's older version whole. A version lower than one already published or removed never becomes visible.
 */
export interface VectorStore {
  readonly name: string
  stage(
    namespace: Namespace,
    document: Pick<DocumentVersion, 'documentId' | 'version'>,
    chunks: readonly IndexedChunk[],
  ): Promise<void>
  publish(namespace: Namespace, document: DocumentVersion): Promise<PublishOutcome>
  /** Removes the document up to and including `version`; a tombstone keeps late publishes of those versions out. */
  remove(namespace: Namespace, documentId: string, version: number): Promise<void>
  search(namespace: Namespace, request: SearchRequest): Promise<Hit[]>
  /** Chunks of the live version by ordinal, inclusive, in order; empty when the version is no longer live or not visible. */
  neighbours(
    namespace: Namespace,
    chunk: { documentId: string; version: number; from: number; to: number },
    principals: readonly string[],
  ): Promise<StoredChunk[]>
  /** Visible (live) documents and chunks. */
  count(namespace: Namespace): Promise<{ documents: number; chunks: number }>
  /** Forgets everything in the namespace. */
  drop(namespace: Namespace): Promise<void>
}
