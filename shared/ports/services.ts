import type { Filter } from '../domain/filter.ts'
import type { ChatMessage, Claim, Source } from '../domain/passage.ts'
import type { Principal } from '../domain/principal.ts'
import type { AnswerFormat } from '../domain/prompt.ts'
import type { Tier } from '../domain/tiers.ts'
import type { UsageEvent } from '../domain/usage.ts'
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
  readonly format: AnswerFormat
}

/** What the router needs to answer: numbered sources, the prompt that shows them, and its size. */
export type Retrieved = {
  readonly sources: readonly Source[]
  /** Of all sources together: what an endpoint must be cleared for. */
  readonly labels: readonly string[]
  readonly messages: readonly ChatMessage[]
  readonly promptTokens: number
  readonly retrievalMs: number
}

/** What a caller is shown: the labels of the document and of its collection. */
export type LabelledHit = Hit & { readonly labels: readonly string[] }

export type SearchInput = {
  readonly query: string
  readonly collection: string
  readonly topK: number
  readonly filter?: Filter | undefined
  /** For evaluation: weigh the legs otherwise than the default. */
  readonly weights?: { readonly lexical: number; readonly dense: number } | undefined
}

export type Verification = { readonly claims: readonly Claim[]; readonly grounding: number }

export interface RagService {
  retrieve(context: CallContext, request: RetrieveRequest): Promise<Retrieved>
  search(
    context: CallContext,
    input: SearchInput,
  ): Promise<{ hits: LabelledHit[]; timings: { totalMs: number; embedMs: number; searchMs: number } }>
  verify(context: CallContext, answer: string, sources: readonly Source[]): Promise<Verification>
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

export type IngestMessage = { readonly type: 'index'; readonly jobId: string; readonly requestId: string }
