import type { Classifier } from '../../shared/domain/complexity/classify.ts'
import type { Quality } from '../../shared/domain/complexity/tier.ts'
import { EXTRACTIVE } from '../../shared/domain/endpoint.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import type { ChatMessage, Message } from '../../shared/domain/passage.ts'
import type { Priority } from '../../shared/domain/priority.ts'
import type { Technique } from '../../shared/domain/rewriting.ts'
import { quotingCandidate } from '../../shared/domain/routing/candidate.ts'
import { maxCostNanoUsd } from '../../shared/domain/routing/cost.ts'
import type { Place } from '../../shared/domain/routing/place.ts'
import type { RoutingRequirements } from '../../shared/domain/routing/request.ts'
import { DEFAULT_TEMPLATE, type Template } from '../../shared/domain/template.ts'
import type { Tier } from '../../shared/domain/tiers.ts'
import { AppError } from '../../shared/errors.ts'
import type { CallContext, RagService, Retrieved, RetrieveRequest } from '../../shared/ports/services.ts'
import { dispatch } from './dispatch/dispatch.ts'
import type { DispatchDeps, Job } from './dispatch/job.ts'
import type { Session } from './dispatch/session.ts'
import { type Plan, planRequest, tierAfterRetrieval, unroutable, type Wanted, wantedTier } from './plan.ts'
import type { EffectivePolicy, Policies } from './policies.ts'
import type { Registry } from './registry.ts'
import { type Rewritten, rewrite } from './rewrite.ts'
import type { Templates } from './templates.ts'

export type AskDeps = Omit<DispatchDeps, 'observations'> & {
  readonly rag: RagService
  readonly classify: Classifier
  readonly policies: Pick<Policies, 'policyFor'>
  readonly registry: Registry
  readonly templates: Pick<Templates, 'templateFor'>
}

export type Requirements = RoutingRequirements & {
  readonly quality?: Quality | undefined
  readonly tier?: Tier | undefined
  readonly allowDegraded?: boolean | undefined
  readonly policy?: string | undefined
  readonly priority?: Priority | undefined
}

/** One question, whichever route it came in by. */
export type Ask = {
  readonly context: CallContext
  /** It is done beside a request, which counts in the rate limits itself. */
  readonly isBeside: boolean
  readonly question: string
  /** Earlier turns, oldest first. */
  readonly conversation: readonly ChatMessage[]
  /** Null: a plain completion of `messages`, which are passed on as they came. */
  readonly collection: string | null
  readonly messages: readonly Message[]
  readonly filter?: Filter | undefined
  readonly topK?: number | undefined
  readonly retrieval: RetrieveRequest['retrieval']
  readonly hints?: boolean | undefined
  readonly format: RetrieveRequest['format']
  /** Its name. */
  readonly template: string
  readonly requirements: Requirements
  /** What a model is to make of the question before the search; null: nothing. */
  readonly rewriting: { readonly techniques: readonly Technique[]; readonly maxCostUsd: number } | null
  /** Whether a model is to read the finished answer beside its passages, and what that may cost; null: none is. */
  readonly judging: { readonly maxCostUsd: number } | null
  /** Data labels of passages in `messages`; what retrieval finds brings its own. */
  readonly labels: readonly string[]
  /** A model name that only some endpoints serve; null when routing is free. */
  readonly model: string | null
  readonly maxTokens: number | null
  readonly parameters: Readonly<Record<string, unknown>>
  readonly stream: boolean
  readonly place: Place | null
  readonly clientSignal: AbortSignal
  readonly waitUntil: (work: Promise<unknown>) => void
}

/** Everything up to the choice; nothing is held and nothing was sent yet. */
export type Decided = Plan & {
  readonly policy: EffectivePolicy
  readonly wanted: Wanted
  readonly tier: Tier
  /** Why retrieval moved the tier; null when it did not. */
  readonly tierMoved: string | null
  readonly template: Template
  readonly retrieved: Retrieved | null
  readonly startedMs: number
  readonly retrievalMs: number
  readonly routeMs: number
}

export type Asked = Decided & {
  readonly session: Session
  readonly degraded: boolean
  readonly rewritten: Rewritten | null
}

/** `isRequest`: nothing is generated after it. */
type Deciding = Pick<RetrieveRequest, 'rewriting' | 'isRequest'>

/** Classify, retrieve, route. `startedMs`: when the request came, where something was done before. */
export async function decide(
  deps: AskDeps,
  call: Ask,
  deciding: Deciding,
  startedMs = deps.now(),
): Promise<Decided> {
  const rewordedMs = deps.now() - startedMs
  const { requirements, context, waitUntil } = call
  const [policy, fleet, template] = await Promise.all([
    deps.policies.policyFor(context.principal, requirements),
    deps.registry.fleet(waitUntil),
    // The prompt of a plain completion is the caller's.
    call.collection === null
      ? DEFAULT_TEMPLATE
      : deps.templates.templateFor(context.principal, call.template),
  ])
  const wanted = wantedTier(deps.classify, call, policy.policy)
  const retrievingMs = deps.now()
  const retrieved = await retrieve(deps.rag, call, { ...deciding, tier: wanted.tier, template })
  const routedMs = deps.now()
  const retrievalMs = retrieved ? rewordedMs + routedMs - retrievingMs : 0
  const { tier, reason } = tierAfterRetrieval(call, wanted, retrieved, policy.policy)
  const random = Math.random()
  const elapsedMs = routedMs - startedMs
  const plan = planRequest({
    call,
    tier,
    fleet,
    retrieved,
    random,
    elapsedMs,
    policy: policy.policy,
    nowMs: routedMs,
  })
  const times = { startedMs, retrievalMs, routeMs: deps.now() - routedMs }
  return { ...plan, policy, wanted, tier, tierMoved: reason, template, retrieved, ...times }
}

/** All of it: up to the first word of the answer. */
export async function ask(deps: AskDeps, call: Ask): Promise<Asked> {
  const startedMs = deps.now()
  const rewritten = await reworded(deps, call, startedMs)
  stopIfLeft(call)
  const decided = await decide(deps, call, { rewriting: rewritten?.rewriting }, startedMs)
  try {
    return { ...(await answer(deps, call, decided)), rewritten }
  } catch (thrown) {
    const frugal = await frugally(deps, call, decided, thrown)
    if (!frugal) throw thrown
    return { ...(await answer(deps, call, frugal)), rewritten }
  }
}

/** Nobody would read what comes of going on. */
function stopIfLeft({ clientSignal }: Ask) {
  if (clientSignal.aborted) throw new AppError('upstream_unavailable', 'The client left')
}

async function reworded(deps: AskDeps, call: Ask, startedMs: number): Promise<Rewritten | null> {
  const { rewriting, collection, requirements } = call
  if (rewriting === null || collection === null) return null
  // One that does not exist is refused before anything is paid.
  await deps.templates.templateFor(call.context.principal, call.template)
  const leftMs = (requirements.maxLatencyMs ?? Infinity) - (deps.now() - startedMs)
  return rewrite((job) => ask(deps, job), call, rewriting, leftMs)
}

/** The smaller of two defensible tiers, where the budget was too small for the larger. */
async function frugally(
  { registry, now }: AskDeps,
  call: Ask,
  decided: Decided,
  thrown: unknown,
): Promise<Decided | null> {
  const { wanted, policy, retrieved } = decided
  const tier = wanted.frugalTier
  if (tier === null || tier === decided.tier || AppError.from(thrown).code !== 'budget_exhausted') return null
  const fleet = await registry.fleet(call.waitUntil)
  const random = Math.random()
  const nowMs = now()
  const elapsedMs = nowMs - decided.startedMs
  const planning = { call, tier, fleet, retrieved, random, elapsedMs, policy: policy.policy, nowMs }
  return { ...decided, ...planRequest(planning), tier, tierMoved: null }
}

/** The quoting answerer is the last candidate of the same dispatch, so that one reservation ends in one ledger line. */
async function answer(deps: AskDeps, call: Ask, decided: Decided): Promise<Omit<Asked, 'rewritten'>> {
  const { ranking, retrieved, request } = decided
  const canQuote = mayQuote(call, retrieved)
  // Nothing was found: no model can answer from nothing, so none is paid to try.
  const isEmpty = canQuote && retrieved?.sources.length === 0
  const models = isEmpty ? [] : ranking.ranked
  const candidates = canQuote ? [...models, quotingCandidate(request.totalMs)] : models
  if (candidates.length === 0) throw unroutable(ranking)
  stopIfLeft(call)
  const { registry } = deps
  const session = await dispatch({ ...deps, observations: registry }, jobOf(call, decided, candidates))
  return { ...decided, session, degraded: session.endpoint === EXTRACTIVE && !isEmpty }
}

function jobOf(call: Ask, decided: Decided, candidates: Job['candidates']): Job {
  const { context, collection, isBeside, stream, parameters, clientSignal, waitUntil } = call
  const { request, messages, retrieved, policy } = decided
  const { maxTokens, estimatedPromptTokens, totalMs } = request
  const evidence = retrieved ? evidenceOf(retrieved) : undefined
  return {
    context,
    collection,
    isBeside,
    candidates,
    request: { messages, maxTokens, stream, parameters, evidence },
    policy: policy.policy,
    estimatedPromptTokens,
    maxPromptTokens: request.maxPromptTokens,
    maxCostNanoUsd: maxCostNanoUsd(request),
    totalMs,
    clientSignal,
    waitUntil,
  }
}

/** Quoting is no judge of its own: from passages that were judged unable to answer it quotes nothing. */
function evidenceOf({ asked, sources, assessment }: Retrieved): Job['request']['evidence'] {
  const quotable = assessment.outcome === 'answerable' ? sources : []
  return { question: asked.text, synonyms: asked.synonyms, sources: quotable }
}

async function retrieve(
  rag: RagService,
  { context, question, collection, conversation, filter, topK, retrieval, hints, format }: Ask,
  chosen: Deciding & Pick<RetrieveRequest, 'tier' | 'template'>,
): Promise<Retrieved | null> {
  if (collection === null) return null
  const about = { question, collection, conversation, filter }
  return rag.retrieve(context, { ...about, ...chosen, topK, retrieval, hints, format })
}

/** Quoting needs sources, a caller who allows it, and no promise about where text may go: the edge attests nothing. Quotations are no JSON. */
function mayQuote({ requirements, model, format }: Ask, retrieved: Retrieved | null): boolean {
  const hasAttestations = (requirements.compliance?.length ?? 0) > 0 || requirements.residency !== undefined
  if (retrieved === null || model !== null || requirements.allowDegraded === false) return false
  return !hasAttestations && (typeof format === 'string' || retrieved.sources.length === 0)
}
