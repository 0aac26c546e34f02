import type { Assessment } from '../domain/abstention.ts'
import type { AnswerRecord } from '../domain/answer.ts'
import type { Filter } from '../domain/filter.ts'
import type { ChatMessage, Source } from '../domain/passage.ts'
import type { Principal } from '../domain/principal.ts'
import type { AnswerFormat, Prompt } from '../domain/prompt.ts'
import type { Hints } from '../domain/query/hints.ts'
import type { HeldRetrieval, RetrievalChoice } from '../domain/retrieval/settings.ts'
import type { Rewriting } from '../domain/rewriting.ts'
import type { Template } from '../domain/template.ts'
import type { Tier } from '../domain/tiers.ts'
import type { UsageEvent } from '../domain/usage.ts'
import type { LexicalQuestion } from './objects.ts'
import type { Hit } from './vector-store.ts'

/** The RPC faces of the Workers. They meet only here; every call carries the verified principal and the request id. */
export type CallContext = { readonly requestId: string; readonly principal: Principal }

export type RetrieveRequest = {
  readonly question: string
  readonly collection: string
  readonly tier: Tier
  readonly conversation: readonly ChatMessage[]
  readonly filter?: Filter | undefined
  readonly topK?: number | undefined
  readonly retrieval?: RetrievalChoice | undefined
  /** Whether the model is told the question's language and kind; left out: as the collection has it, else by the template. */
  readonly hints?: boolean | undefined
  /** What a model made of the question. */
  readonly rewriting?: Rewriting | null | undefined
  readonly format: AnswerFormat
  /** Whole, since the router knows the tenant's. */
  readonly template: Template
  /** No generation follows, with which rate limits would count the request: they count its retrieval, where that costs anything. */
  readonly isRequest?: boolean | undefined
}

/** What the router needs to answer: numbered sources, the prompt that shows them, and its size. */
export type Retrieved = Prompt & {
  /** What was searched: the question as it came, with the one before it, or as a model made it stand alone. */
  readonly asked: LexicalQuestion
  readonly sources: readonly Source[]
  /** Of all sources together: what an endpoint must be cleared for. */
  readonly labels: readonly string[]
  readonly promptTokens: number
  /** Whether the sources can answer the question, judged by their words. */
  readonly assessment: Assessment
  /** What the model was told of how the question wants to be answered; null: nothing. */
  readonly hints: Hints | null
  /** How it was searched, and for how many sources. */
  readonly settings: HeldRetrieval & { readonly topK: number }
  /** What embedding the question took. */
  readonly embedding: Found['embedding']
  readonly rerank: Found['rerank']
  readonly retrievalMs: number
}

/** What a caller is shown: the labels of the document and of its collection. */
export type LabelledHit = Hit & { readonly labels: readonly string[] }

export type SearchInput = {
  readonly query: string
  readonly collection: string
  readonly topK?: number | undefined
  readonly filter?: Filter | undefined
  readonly rewriting?: Rewriting | null | undefined
  readonly retrieval?: RetrievalChoice | undefined
}

export type Found = {
  readonly hits: LabelledHit[]
  readonly settings: HeldRetrieval
  /** What embedding the query took. */
  readonly embedding: { readonly tokens: number; readonly costNanoUsd: number }
  /** What the reranker took, and why the hits are in the order of the search after all; null without one. */
  readonly rerank: {
    readonly id: string
    readonly costNanoUsd: number
    readonly degraded: string | null
  } | null
  readonly timings: {
    readonly totalMs: number
    readonly embedMs: number
    readonly searchMs: number
    readonly rerankMs: number
  }
}

export interface RagService {
  retrieve(context: CallContext, request: RetrieveRequest): Promise<Retrieved>
  search(context: CallContext, input: SearchInput): Promise<Found>
}

/** Ingest and cost own their HTTP routes; the router authenticates and hands the request over. */
export interface HttpService {
  handle(context: CallContext, request: Request): Promise<Response>
}

/** The cost Worker tells a tenant object which events are in the ledger, so that it can forget them. */
export interface SettlementService {
  acknowledge(tenantId: string, eventIds: readonly string[]): Promise<void>
}

export type UsageMessage = { readonly type: 'usage'; readonly events: readonly UsageEvent[] }

export type AnswerMessage = { readonly type: 'answer'; readonly record: AnswerRecord }

/** `keyId`: who sent the document, for the bill; missing when the job was found again after its message was lost. */
export type IngestMessage = {
  readonly type: 'index'
  readonly jobId: string
  readonly requestId: string
  readonly keyId?: string | undefined
}
