import type { AdmissionDecision } from '../../../shared/domain/budget.ts'
import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import type { LeaseDecision } from '../../../shared/domain/lease.ts'
import type { Candidate } from '../../../shared/domain/routing/candidate.ts'
import type { RoutingPolicy } from '../../../shared/domain/routing/policy.ts'
import type { EventSink } from '../../../shared/ports/event-sink.ts'
import type { GenerationRequest, Generator } from '../../../shared/ports/generator.ts'
import type { EndpointOperation, TenantOperation } from '../../../shared/ports/objects.ts'
import type { CallContext } from '../../../shared/ports/services.ts'
import type { Purse } from '../escrow/purse.ts'
import type { SlotPool } from '../escrow/slot-pool.ts'
import type { Lane, WaitUntil } from '../lane.ts'

/** Milliseconds. What an origin may take otherwise is the policy's; the total is capped by the caller's own maxLatencyMs. */
export const DEADLINES = { readMs: 30_000, totalMs: 600_000 } as const

/** What this isolate learns of an endpoint by using it, for the next choice. */
export type Observations = {
  started(endpointId: string): void
  ended(endpointId: string): void
}

export type DispatchDeps = {
  readonly money: (tenantId: string) => Lane<TenantOperation, AdmissionDecision>
  readonly slots: (endpointId: string) => Lane<EndpointOperation, LeaseDecision>
  /** Money and slots that this isolate holds in advance. */
  readonly purse: (tenantId: string, keyId: string) => Purse
  readonly pool: (endpointId: string) => SlotPool
  /** Stands in the endpoint's queue until there is a slot, or the wait that was asked for is over. */
  readonly waitForSlot: (endpointId: string, requestId: string) => Promise<LeaseDecision>
  readonly generatorFor: (endpoint: EndpointRecord) => Generator
  readonly observations: Observations
  readonly now: () => number
  readonly log: EventSink
}

export type Job = {
  readonly context: CallContext
  readonly collection: string | null
  /** It is done beside a request that counts in the rate limits itself: it holds money, and counts in none of them. */
  readonly isBeside: boolean
  /** Best first, not empty; each is tried once. */
  readonly candidates: readonly Candidate[]
  readonly request: Omit<GenerationRequest, 'model' | 'requestId'>
  readonly policy: Pick<
    RoutingPolicy,
    'priority' | 'maxWaitMs' | 'hedge' | 'deadlines' | 'minTokensPerSecond'
  >
  /** For the bill, when the origin reports no usage. */
  readonly estimatedPromptTokens: number
  /** What the reservation holds; an origin that reports more is not believed. */
  readonly maxPromptTokens: number
  /** What all tries of this answer together may hold; infinite where the caller said nothing. */
  readonly maxCostNanoUsd: number
  /** For all candidates together. */
  readonly totalMs: number
  /** Aborts when the client leaves. */
  readonly clientSignal: AbortSignal
  readonly waitUntil: WaitUntil
}

export type Attempt = { readonly endpoint: string; readonly outcome: string; readonly durationMs: number }
