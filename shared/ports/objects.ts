import type { AdmissionDecision, BudgetPeriod, BudgetReport } from '../domain/budget.ts'
import type { EndpointSnapshot } from '../domain/fleet.ts'
import type { ReplayClaim } from '../domain/idempotency.ts'
import type { LeaseDecision, LeaseRelease, LeaseRequest } from '../domain/lease.ts'
import type { Priority } from '../domain/priority.ts'
import type { RateLimitState, RateLimits } from '../domain/rate-limit.ts'
import type { UsageEvent } from '../domain/usage.ts'
import type {
  DocumentVersion,
  Hit,
  IndexedChunk,
  PublishOutcome,
  SearchRequest,
  StoredChunk,
} from './vector-store.ts'

/** What is known of a spend before it happens; the rest of its ledger line comes with the settlement. */
export type SpendIntent = Omit<
  UsageEvent,
  'occurredAtMs' | 'promptTokens' | 'completionTokens' | 'estimated' | 'costNanoUsd' | 'outcome'
>

export type Reservation = {
  readonly intent: SpendIntent
  /** Worst case of the whole request in nano-dollars. */
  readonly amountNanoUsd: number
  /**
   * Prompt plus the most it may generate: what it counts against tokens per minute until it is settled. Null for a further try of a
   * request that was counted already, or a step of its retrieval: these are our choice, so they hold money but no rate limit refuses them.
   */
  readonly tokens: number | null
  /** After this long without a settlement the whole amount is posted: money that may be spent never frees itself. */
  readonly expiresInMs: number
}

/** What was really spent, and where: fields override the intent's, since a request may end on another endpoint. */
export type Settlement = Pick<
  UsageEvent,
  'promptTokens' | 'completionTokens' | 'estimated' | 'costNanoUsd' | 'outcome'
> &
  Partial<SpendIntent> & { readonly id: string }

export type TenantOperation =
  | { readonly type: 'reserve'; readonly reservation: Reservation }
  | { readonly type: 'settle'; readonly settlement: Settlement }
  /** Gives back a reservation of which nothing was spent, or what is left of a grant. */
  | { readonly type: 'release'; readonly requestId: string }
  /**
   * Money in advance for many requests of a key, which its holder reserves from without asking. Refused unless every limit is far away, so that it takes
   * nothing from anybody else.
   */
  | { readonly type: 'grant'; readonly reservation: Reservation }
  /** A settlement out of a grant. */
  | { readonly type: 'draw'; readonly grantId: string; readonly settlement: Settlement }
  /** Gives back all of a grant but what requests hold of it. */
  | { readonly type: 'shrink'; readonly grantId: string; readonly keepNanoUsd: number }

/** The tenant's money and rate limits. Refusals are returned, never thrown; every operation is idempotent by request id. */
export interface TenantRpc {
  /** Done in order, in one transaction. Only a reservation or a grant can be refused; a refused one holds and counts nothing. */
  apply(operations: readonly TenantOperation[]): Promise<AdmissionDecision[]>
  /** Null removes the limit. `alertShares` are shares of the limit, above 0 up to 1; without them DEFAULT_ALERT_SHARES. */
  setBudget(
    keyId: string | null,
    period: BudgetPeriod,
    limitNanoUsd: number | null,
    alertShares?: readonly number[],
  ): Promise<void>
  budgets(): Promise<BudgetReport[]>
  /** Null limits are none. */
  setRateLimits(keyId: string | null, limits: RateLimits): Promise<void>
  /** The tenant, limited or not, and every limited key. */
  rateLimits(): Promise<RateLimitState[]>
  acknowledge(eventIds: readonly string[]): Promise<void>
}

export type ReplayDecision =
  | { readonly type: 'run' | 'running' | 'different' }
  | { readonly type: 'replay'; readonly parts: readonly Uint8Array[] }

/**
 * One Idempotency-Key of one tenant: who holds it, and afterwards what the first request was answered. All but `claim` are for its holder;
 * from anyone else, such as a holder whose lease has lapsed, they change nothing and answer false.
 */
export interface ReplayRpc {
  claim(claim: ReplayClaim): Promise<ReplayDecision>
  extend(holder: string, leaseMs: number): Promise<boolean>
  /** Kept for 24 hours after the claim; a part may have 1 MB and a bit. */
  store(holder: string, parts: readonly Uint8Array[]): Promise<boolean>
  /** Nothing happened: the next claim runs. */
  release(holder: string): Promise<boolean>
}

/** What the object must know of a registration to do its work alone. */
export type EndpointSettings = {
  readonly maxConcurrency: number
  readonly healthUrl: string | null
  readonly metricsUrl: string | null
  readonly drained: boolean
}

/** All that the object knows, for people: the snapshot and the reasons behind it. */
export type EndpointState = EndpointSnapshot & {
  readonly served: number
  readonly failed: number
  readonly drained: boolean
  readonly queue: readonly {
    readonly priority: Priority
    readonly waiting: number
    readonly oldestMs: number
  }[]
  readonly expectedWaitMs: number
}

export type EndpointOperation =
  | { readonly type: 'acquire'; readonly lease: LeaseRequest }
  /** A heartbeat; refused when the lease has expired meanwhile. */
  | {
      readonly type: 'extend'
      readonly requestId: string
      readonly epoch: number
      readonly expiresInMs: number
    }
  | { readonly type: 'release'; readonly release: LeaseRelease }
  /**
   * What an answer taught, without giving the slot back. Granted where nobody else needs it: its holder may use it for its next request. Refused,
   * it is to be released once it is free.
   */
  | { readonly type: 'report'; readonly release: LeaseRelease; readonly expiresInMs: number }

/** One origin's slots. A lease that is neither released nor extended ends by itself. */
export interface EndpointRpc {
  /** Done in order, in one transaction. Never waits: who may queue is told so, and then waits with `wait`. */
  apply(operations: readonly EndpointOperation[]): Promise<LeaseDecision[]>
  /**
   * Resolves when the queued request has a slot or its maxWaitMs is over; at once for one that is not queued, with `expired` when it has no slot either. The queue
   * lives in the object's memory: throws when that was lost meanwhile. Whoever lost the place that way acquires anew; whoever stops waiting releases.
   */
  wait(requestId: string): Promise<LeaseDecision>
  /** After every change of the registration; kept across evictions. */
  configure(settings: EndpointSettings): Promise<void>
  state(): Promise<EndpointState>
}

/** The endpoints of a region at a glance. Holds nothing that is not pushed again: it may vanish at any time. */
export interface FleetRpc {
  /** Answers how long the endpoint should wait until it says more. */
  push(snapshot: EndpointSnapshot): Promise<{ readonly againInMs: number }>
  /** What changed after `version`; 0 gives everything. A version this object never gave gives everything, too. */
  read(version: number): Promise<{
    readonly version: number
    readonly isWhole: boolean
    readonly changed: readonly EndpointSnapshot[]
  }>
}

/** Who may see what, and which documents count: the part of a search that every step of it applies anew. */
export type Visibility = Pick<SearchRequest, 'filter' | 'principals'>

/** What the lexical half looks for: words, and groups of words that mean the same. */
export type LexicalQuestion = {
  readonly text: string
  readonly synonyms: readonly (readonly string[])[]
}

/** The lexical half of a search over one slot, and what the dense half needs to know of it. */
export type ShardProbe = {
  /** Best first; `row` means something only to the slot it came from. */
  readonly lexical: readonly { readonly row: number; readonly score: number }[]
  /** The BM25 that no chunk exceeds: of one that would say nothing but the question. */
  readonly mostLexical: number
  /** BM25 of the hits' documents of several chunks, each as one text; `document` means something only to the slot. */
  readonly parents: readonly { readonly document: number; readonly score: number }[]
  /** Vectors of the first lexical hits, in their order. */
  readonly vectors: readonly Float32Array[]
  /** Sum of all live vectors, and how many: slots add up to the collection's mean. */
  readonly vectorSum: Float32Array
  readonly vectorCount: number
}

/** A chunk beside the question. `isPart`: its document has others. */
export type NearChunk = {
  readonly row: number
  readonly dense: number
  readonly document: number
  readonly isPart: boolean
}

/** One hash slot of an index: chunks, full text and vectors of its documents. */
export interface ShardRpc {
  stage(
    document: Pick<DocumentVersion, 'documentId' | 'version'>,
    chunks: readonly IndexedChunk[],
  ): Promise<void>
  publish(document: DocumentVersion): Promise<PublishOutcome>
  remove(documentId: string, version: number): Promise<void>
  /** The whole search where this is the only slot; the steps that follow are for several. */
  search(request: SearchRequest): Promise<Hit[]>
  probe(question: LexicalQuestion, visibility: Visibility, limit: number): Promise<ShardProbe>
  /** Cosines of `question` (centred, unit) for the given rows and for the `limit` nearest ones. */
  nearest(
    question: Float32Array,
    mean: Float32Array,
    visibility: Visibility,
    rows: readonly number[],
    limit: number,
  ): Promise<NearChunk[]>
  /** Vectors of these rows, as far as they are live. */
  vectors(rows: readonly number[]): Promise<{ row: number; vector: Float32Array }[]>
  /** What the rows hold; a row that was replaced or removed meanwhile is missing. */
  read(rows: readonly number[]): Promise<(StoredChunk & { row: number })[]>
  neighbours(
    chunk: { documentId: string; version: number; from: number; to: number },
    principals: readonly string[],
  ): Promise<StoredChunk[]>
  count(): Promise<{ documents: number; chunks: number }>
  drop(): Promise<void>
}
