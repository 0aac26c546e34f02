import type { BudgetDecision } from '../../../shared/domain/budget.ts'
import type { EndpointRecord } from '../../../shared/domain/endpoint.ts'
import type { LeaseDecision } from '../../../shared/domain/lease.ts'
import type { Candidate } from '../../../shared/domain/routing.ts'
import type { EventSink } from '../../../shared/ports/event-sink.ts'
import type { GenerationRequest, Generator } from '../../../shared/ports/generator.ts'
import type { EndpointOperation, TenantOperation } from '../../../shared/ports/objects.ts'
import type { CallContext } from '../../../shared/ports/services.ts'
import type { Lane, WaitUntil } from '../lane.ts'
import type { Registry } from '../registry.ts'

/** How long an origin may keep silent, and a reader may not read, in milliseconds. The total is capped by the caller's own maxLatencyMs. */
export const DEADLINES = {
  headMs: 30_000,
  firstTokenMs: 60_000,
  stallMs: 30_000,
  readMs: 30_000,
  totalMs: 600_000,
} as const

export type DispatchDeps = {
  readonly money: (tenantId: string) => Lane<TenantOperation, BudgetDecision>
  readonly slots: (endpointId: string) => Lane<EndpointOperation, LeaseDecision>
  readonly generatorFor: (endpoint: EndpointRecord) => Generator
  readonly registry: Registry
  readonly now: () => number
  readonly log: EventSink
}

export type Job = {
  readonly context: CallContext
  readonly collection: string | null
  /** Best first, not empty; each is tried once. */
  readonly candidates: readonly Candidate[]
  readonly request: Omit<GenerationRequest, 'model' | 'requestId'>
  /** For the bill, when the origin reports no usage. */
  readonly estimatedPromptTokens: number
  /** For all candidates together. */
  readonly totalMs: number
  /** Aborts when the client leaves. */
  readonly clientSignal: AbortSignal
  readonly waitUntil: WaitUntil
}

export type Attempt = { readonly endpoint: string; readonly outcome: string; readonly durationMs: number }
