import type { AdmissionDecision } from '../../../shared/domain/budget.ts'
import { type EndpointRecord, EXTRACTIVE } from '../../../shared/domain/endpoint.ts'
import type { LeaseDecision } from '../../../shared/domain/lease.ts'
import { type Candidate, quotingCandidate } from '../../../shared/domain/routing/candidate.ts'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import type { GenerationEvent, GenerationRequest } from '../../../shared/ports/generator.ts'
import type { EndpointOperation, TenantOperation } from '../../../shared/ports/objects.ts'
import type { DispatchDeps, Job } from '../../../workers/router/dispatch/job.ts'
import { purse } from '../../../workers/router/escrow/purse.ts'
import { type SlotPool, slotPool } from '../../../workers/router/escrow/slot-pool.ts'
import { lane } from '../../../workers/router/lane.ts'

type Operation = TenantOperation | EndpointOperation
type Told = Operation & { readonly to: string }
type Sent = GenerationRequest & { readonly to: string }
type Decision = AdmissionDecision | LeaseDecision
/** What an origin does when asked. */
export type Origin = (signal: AbortSignal, request: GenerationRequest) => AsyncGenerator<GenerationEvent>

export const chunk = (text: string): GenerationEvent => ({
  type: 'chunk',
  text,
  finishReason: null,
  raw: null,
})

export const words = (count: number): Origin =>
  async function* () {
    for (let n = 0; n < count; n += 1) yield chunk('word ')
  }

/** Says nothing until it is told to stop. */
export const silent: Origin = async function* (signal) {
  yield await new Promise<GenerationEvent>((_, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop)
  })
}

export const refusing = (error: Error): Origin =>
  // oxlint-disable-next-line require-yield -- it never gets as far as a word
  async function* () {
    throw error
  }

const endpoint = (id: string, rest: Partial<EndpointRecord> = {}): EndpointRecord => ({
  ...EXTRACTIVE,
  id,
  kind: 'openai-compatible',
  tier: 'm',
  level: 'on_premises',
  maxConcurrency: 4,
  outputNanoUsdPerKTok: 1_000,
  ...rest,
})

export const candidate = (id: string, rest: Partial<EndpointRecord> = {}): Candidate =>
  id === 'extractive'
    ? quotingCandidate(600_000)
    : {
        ...quotingCandidate(600_000),
        endpoint: endpoint(id, rest),
        worstCaseNanoUsd: 1_000,
        firstTokenMs: 500,
      }

/** The real dispatch and lanes; objects that say yes to everything unless told otherwise, and remember what they were told. */
export function platform(origins: Record<string, Origin>, { canContinue = false, hasEscrow = false } = {}) {
  const told: Told[] = []
  const sent: Sent[] = []
  const log: Record<string, unknown>[] = []
  const refuse = new Map<string, (operation: Operation) => Decision | Error | undefined>()
  const waits = new Map<string, Promise<LeaseDecision>>()
  const decide = (to: string, operation: Operation) => {
    told.push({ to, ...operation })
    const refusal = refuse.get(`${to} ${operation.type}`)?.(operation)
    if (refusal instanceof Error) throw refusal
    return refusal
  }
  const tenant = lane<TenantOperation, AdmissionDecision>(
    async (group) =>
      group.map((o) => (decide('tenant', o) as AdmissionDecision | undefined) ?? { allowed: true }),
    Date.now,
  )
  const lanes = new Map<string, ReturnType<typeof slotsOf>>()
  const slotsOf = (id: string) =>
    lane<EndpointOperation, LeaseDecision>(
      async (group) =>
        group.map(
          (o) => (decide(id, o) as LeaseDecision | undefined) ?? { granted: true, epoch: 7, inFlight: 1 },
        ),
      Date.now,
    )
  const slots = (id: string) => {
    const known = lanes.get(id) ?? slotsOf(id)
    lanes.set(id, known)
    return known
  }
  const pools = new Map<string, SlotPool>()
  const own = hasEscrow
    ? purse({ money: tenant, newId: (prefix) => `${prefix}_1`, now: Date.now })
    : { take: () => null, giveBack: () => {}, settle: async () => {} }
  const deps: DispatchDeps = {
    money: () => tenant,
    slots,
    purse: () => own,
    pool: (id) => {
      const known =
        pools.get(id) ??
        (hasEscrow
          ? slotPool({ slots: slots(id), leaseMs: 30_000, now: Date.now })
          : { take: () => null, keep: () => false, clear: () => {} })
      pools.set(id, known)
      return known
    },
    waitForSlot: (id) => waits.get(id) ?? Promise.reject(new Error(`nobody waits at ${id}`)),
    generatorFor: ({ id }) => ({
      name: id,
      canContinue,
      generate: async (request, signal) => {
        sent.push({ to: id, ...request })
        return (origins[id] ?? words(1))(signal, request)
      },
    }),
    observations: { started() {}, ended() {} },
    now: Date.now,
    log: (event) => void log.push(event),
  }
  return {
    deps,
    told,
    sent,
    log,
    refuse,
    waits,
    types: (to: string) => told.filter((o) => o.to === to).map(({ type }) => type),
    releases: (to: string) =>
      told.flatMap((o) => (o.to === to && o.type === 'release' && 'release' in o ? [o.release] : [])),
    settlements: () => told.flatMap((o) => (o.type === 'settle' ? [o.settlement] : [])),
    reservations: () => told.flatMap((o) => (o.type === 'reserve' ? [o.reservation] : [])),
  }
}

const staying = new AbortController()

export const job = (candidates: readonly (string | Candidate)[], rest: Partial<Job> = {}): Job => ({
  context: {
    requestId: 'req_1',
    principal: {
      tenantId: 't',
      plan: 'pro',
      keyId: 'k',
      scopes: [],
      collections: null,
      principals: [],
    },
  },
  collection: null,
  isBeside: false,
  candidates: candidates.map((one) => (typeof one === 'string' ? candidate(one) : one)),
  request: { messages: [], maxTokens: 10, stream: true, parameters: {} },
  policy: { ...PLAN_POLICIES.pro, maxWaitMs: 5_000 },
  estimatedPromptTokens: 1,
  maxPromptTokens: 16,
  maxCostNanoUsd: Number.POSITIVE_INFINITY,
  totalMs: 600_000,
  clientSignal: staying.signal,
  waitUntil: (work) => void work,
  ...rest,
})

export const outcomes = (attempts: readonly { readonly endpoint: string; readonly outcome: string }[]) =>
  attempts.map(({ endpoint, outcome }) => [endpoint, outcome])
