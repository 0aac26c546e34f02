import type { z } from 'zod'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { type chatRequest, chatRoute, modelsRoute } from '../../../shared/api/openai.ts'
import { toChoice } from '../../../shared/api/retrieval.ts'
import type { ChatMessage } from '../../../shared/domain/passage.ts'
import { mayUseCollection } from '../../../shared/domain/principal.ts'
import { DEFAULT_TEMPLATE } from '../../../shared/domain/template.ts'
import { TIERS } from '../../../shared/domain/tiers.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { sseResponse } from '../../../shared/http/sse.ts'
import { rateHeaders } from '../answer-fields.ts'
import { requireSchema } from '../answer-schema.ts'
import { type Ask, type AskDeps, ask, type Requirements } from '../ask.ts'
import { completion, completionEvents } from '../chat-answers.ts'
import { type ClientCall, clientCall } from '../client-call.ts'
import { wantedJudging } from '../judge.ts'
import { answerKeeper, type KeepDeps } from '../keep-answer.ts'
import { wantedRewriting } from '../rewrite.ts'

type ChatBody = z.infer<typeof chatRequest>

/** vLLM's own parameters: whom its engine serves first, and where it fetches caches from, is not for a caller to say. */
const ENGINE_ONLY = new Set(['priority', 'kv_transfer_params'])

export function chatRoutes(deps: AskDeps & KeepDeps) {
  const app = apiApp<ApiEnv>()
  app.openapi(chatRoute, async (c) => {
    const body = c.req.valid('json')
    const { call: caller, leave } = clientCall(c)
    const call = toAsk(body, caller)
    const asked = await ask(deps, call)
    const keep = answerKeeper(deps, call, asked, body.store !== false)
    const answering = { call, asked, keep, ask: (job: Ask) => ask(deps, job), now: deps.now }
    c.get('onEffect')?.()
    const headers = rateHeaders(asked)
    if (!body.stream) return Response.json(await completion(answering), { headers })
    const includeUsage = body.stream_options?.include_usage === true
    return sseResponse(completionEvents(answering, includeUsage), leave, headers)
  })
  app.openapi(modelsRoute, async (c) => {
    const endpoints = await deps.registry.list((work) => c.executionCtx.waitUntil(work))
    const names = [
      'auto',
      ...TIERS.map((tier) => `tier-${tier}`),
      ...new Set(endpoints.map(({ model }) => model)),
    ]
    const data = names.map((id) => ({ id, object: 'model' as const, created: 0, owned_by: 'fairlead' }))
    return c.json({ object: 'list' as const, data }, 200)
  })
  return app
}

function toAsk(body: ChatBody, call: ClientCall): Ask {
  const {
    model,
    messages,
    stream,
    stream_options: _,
    max_tokens,
    max_completion_tokens,
    fairlead = {},
    ...rest
  } = body
  const { collection = null, filter, retrieval, requirements } = fairlead
  if (collection !== null && !mayUseCollection(call.context.principal, collection))
    throw new AppError('forbidden', `This key may not use the collection "${collection}"`)
  const { topK, hints, rewrite, maxRewriteCostUsd, ...choice } = retrieval ?? {}
  const last = messages.findLastIndex(({ role }) => role === 'user')
  return {
    ...call,
    question: textOf(messages[last]),
    // Retrieval writes the prompt around the question; a plain completion passes every message on as it came.
    conversation: messages.slice(0, Math.max(0, last)).filter(isTurn).map(toTurn),
    messages,
    collection,
    filter,
    topK,
    rewriting: wantedRewriting(rewrite, maxRewriteCostUsd),
    judging: wantedJudging(fairlead.verification),
    labels: [],
    retrieval: toChoice(choice),
    hints,
    format: collection === null ? 'markdown' : formatOf(body.response_format),
    template: fairlead.template ?? DEFAULT_TEMPLATE.name,
    ...servedBy(model, requirements),
    maxTokens: max_completion_tokens ?? max_tokens ?? null,
    parameters: Object.fromEntries(Object.entries(rest).filter(([name]) => !ENGINE_ONLY.has(name))),
    stream: stream === true,
  }
}

/** What a client of OpenAI's reads as JSON is written and checked as such. */
function formatOf(wanted: ChatBody['response_format']): Ask['format'] {
  if (wanted?.type === 'json_object') return { jsonSchema: { type: 'object' } }
  if (wanted?.type !== 'json_schema') return 'markdown'
  const jsonSchema = wanted.json_schema?.schema ?? { type: 'object' }
  requireSchema(jsonSchema, 'response_format.json_schema.schema')
  return { jsonSchema }
}

/** `auto` leaves the choice open, `tier-m` fixes the tier, any other name is an endpoint's model. */
function servedBy(model: string, requirements: Requirements = {}): Pick<Ask, 'model' | 'requirements'> {
  if (model === 'auto') return { model: null, requirements }
  const tier = TIERS.find((name) => model === `tier-${name}`)
  return tier ? { model: null, requirements: { ...requirements, tier } } : { model, requirements }
}

type Message = ChatBody['messages'][number]

const isTurn = (message: Message): message is Message & Pick<ChatMessage, 'role'> =>
  message.role === 'user' || message.role === 'assistant' || message.role === 'system'
const toTurn = (message: Message & Pick<ChatMessage, 'role'>): ChatMessage => ({
  role: message.role,
  content: textOf(message),
})

function textOf(message: Message | undefined): string {
  const content = message?.content ?? ''
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('\n')
}
