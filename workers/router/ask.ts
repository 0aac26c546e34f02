import type { Classifier } from '../../shared/domain/complexity/classify.ts'
import { type Quality, tierFor } from '../../shared/domain/complexity/tier.ts'
import { type EndpointRecord, EXTRACTIVE } from '../../shared/domain/endpoint.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import type { ChatMessage, Message } from '../../shared/domain/passage.ts'
import { type Ranking, type RoutingRequirements, rankEndpoints } from '../../shared/domain/routing.ts'
import { RETRIEVAL_PROFILES, type Tier } from '../../shared/domain/tiers.ts'
import { estimatePromptTokens, maxPromptTokens, promptSize } from '../../shared/domain/tokens.ts'
import { AppError } from '../../shared/errors.ts'
import type { CallContext, RagService, Retrieved, RetrieveRequest } from '../../shared/ports/services.ts'
import { dispatch } from './dispatch/dispatch.ts'
import { DEADLINES, type DispatchDeps, type Job } from './dispatch/job.ts'
import type { Session } from './dispatch/session.ts'

export type AskDeps = DispatchDeps & { readonly rag: RagService; readonly classify: Classifier }

export type Requirements = RoutingRequirements & {
  readonly quality?: Quality | undefined
  readonly tier?: Tier | undefined
  readonly allowDegraded?: boolean | undefined
}

/** One question, whichever route it came in by. */
export type Ask = {
  readonly context: CallContext
  readonly question: string
  /** Earlier turns, oldest first. */
  readonly conversation: readonly ChatMessage[]
  /** Null: a plain completion of `messages`, which are passed on as they came. */
  readonly collection: string | null
  readonly messages: readonly Message[]
  readonly filter?: Filter | undefined
  readonly topK?: number | undefined
  readonly format: RetrieveRequest['format']
  readonly requirements: Requirements
  /** A model name that only some endpoints serve; null when routing is free. */
  readonly model: string | null
  readonly maxTokens: number | null
  readonly parameters: Readonly<Record<string, unknown>>
  readonly stream: boolean
  readonly clientSignal: AbortSignal
  readonly waitUntil: (work: Promise<unknown>) => void
}

export type Asked = {
  readonly tier: Tier
  readonly complexity: number
  readonly confidence: number
  readonly retrieved: Retrieved | null
  readonly rejected: Ranking['rejected']
  readonly session: Session
  readonly degraded: boolean
  readonly startedMs: number
  readonly retrievalMs: number
  readonly routeMs: number
}

/** Classify, retrieve, route, admit, dispatch: up to the first word of the answer. */
export async function ask(deps: AskDeps, call: Ask): Promise<Asked> {
  const startedMs = deps.now()
  const { complexity, confidence } = deps.classify(call.question)
  const tier = call.requirements.tier ?? tierFor(complexity, call.requirements.quality).tier
  const [endpoints, retrieved] = await Promise.all([deps.registry.list(), retrieve(deps.rag, call, tier)])
  const retrievalMs = retrieved ? deps.now() - startedMs : 0
  const routedMs = deps.now()
  const { ranking, job } = plan(deps, call, tier, endpoints, retrieved)
  const routeMs = deps.now() - routedMs
  const { session, degraded } = await answer(deps, job, ranking, mayQuote(call, retrieved))
  const { rejected } = ranking
  return {
    tier,
    complexity,
    confidence,
    retrieved,
    rejected,
    session,
    degraded,
    startedMs,
    retrievalMs,
    routeMs,
  }
}

/** Who may serve, best first, and what they are to be sent. */
function plan(
  { registry }: AskDeps,
  call: Ask,
  tier: Tier,
  endpoints: readonly EndpointRecord[],
  retrieved: Retrieved | null,
): { ranking: Ranking; job: Job } {
  const { context, collection, requirements, stream, parameters, clientSignal, waitUntil } = call
  const messages = retrieved?.messages ?? call.messages
  const size = promptSize(messages, parameters)
  const maxTokens = call.maxTokens ?? RETRIEVAL_PROFILES[tier].outputTokens
  const promptTokens = retrieved?.promptTokens ?? estimatePromptTokens(size)
  const ranking = rankEndpoints(
    {
      tier,
      isTierFixed: requirements.tier !== undefined,
      requirements,
      estimatedPromptTokens: promptTokens,
      maxPromptTokens: maxPromptTokens(size),
      maxTokens,
    },
    call.model === null ? endpoints : servingModel(endpoints, call.model),
    (id) => registry.observe(id),
  )
  const evidence = retrieved ? { question: call.question, sources: retrieved.sources } : undefined
  const totalMs = Math.min(DEADLINES.totalMs, requirements.maxLatencyMs ?? DEADLINES.totalMs)
  const job = {
    context,
    collection,
    candidates: ranking.ranked,
    request: { messages, maxTokens, stream, parameters, evidence },
    estimatedPromptTokens: estimatePromptTokens(size),
    totalMs,
    clientSignal,
    waitUntil,
  }
  return { ranking, job }
}

function retrieve(
  rag: RagService,
  { context, question, collection, conversation, filter, topK, format }: Ask,
  tier: Tier,
) {
  if (collection === null) return null
  return rag.retrieve(context, { question, collection, tier, conversation, filter, topK, format })
}

function servingModel(endpoints: readonly EndpointRecord[], model: string): EndpointRecord[] {
  const serving = endpoints.filter((endpoint) => endpoint.model === model)
  if (serving.length > 0) return serving
  throw new AppError(
    'model_not_found',
    `No endpoint serves the model "${model}"; GET /v1/models lists what there is`,
  )
}

/** Quoting needs sources, a caller who allows it, and no promise about where text may go: the edge attests nothing. */
function mayQuote({ requirements, model }: Ask, retrieved: Retrieved | null): boolean {
  const hasAttestations = (requirements.compliance?.length ?? 0) > 0 || requirements.residency !== undefined
  return retrieved !== null && model === null && requirements.allowDegraded !== false && !hasAttestations
}

/** How many models are tried for one question. */
const MAX_ATTEMPTS = 3
const QUOTING = { endpoint: EXTRACTIVE, worstCaseNanoUsd: 0 }

/** The quoting answerer is the last candidate of the same dispatch, so that one reservation ends in one ledger line. */
async function answer(deps: AskDeps, job: Job, ranking: Ranking, canQuote: boolean) {
  // Nothing was found: no model can answer from nothing, so none is paid to try.
  const isEmpty = canQuote && job.request.evidence?.sources.length === 0
  const models = isEmpty ? [] : ranking.ranked.slice(0, MAX_ATTEMPTS)
  const candidates = canQuote ? [...models, QUOTING] : models
  if (candidates.length === 0) throw unroutable(ranking)
  const session = await dispatch(deps, { ...job, candidates })
  return { session, degraded: session.endpoint === EXTRACTIVE && !isEmpty }
}

function unroutable({ rejected }: Ranking): AppError {
  const details = { rejected }
  if (rejected.length === 0)
    return new AppError('no_endpoint', 'No endpoint is registered; PUT /v1/endpoints/{id} registers one', {
      details,
    })
  if (rejected.every(({ reason }) => reason === 'context'))
    return new AppError(
      'context_length_exceeded',
      'The prompt and max_tokens do not fit any endpoint that may serve this',
      { details },
    )
  return new AppError(
    'no_endpoint',
    'No endpoint satisfies the requirements; details.rejected says why for each',
    { details },
  )
}
