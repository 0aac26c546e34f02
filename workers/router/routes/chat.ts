import type { z } from 'zod'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { type chatRequest, chatRoute, modelsRoute } from '../../../shared/api/openai.ts'
import { citationFilter } from '../../../shared/domain/citations.ts'
import type { ChatMessage } from '../../../shared/domain/passage.ts'
import { mayUseCollection } from '../../../shared/domain/principal.ts'
import { TIERS, type Tier } from '../../../shared/domain/tiers.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { sseResponse } from '../../../shared/http/sse.ts'
import { routeFields, spendFields } from '../answer-fields.ts'
import { type Ask, type AskDeps, type Asked, ask } from '../ask.ts'
import { openaiError } from '../openai-error.ts'

type ChatBody = z.infer<typeof chatRequest>

export function chatRoutes(deps: AskDeps) {
  const app = apiApp<ApiEnv>()
  app.openapi(chatRoute, async (c) => {
    const body = c.req.valid('json')
    const call = toAsk(body, {
      context: c.get('context'),
      clientSignal: c.req.raw.signal,
      waitUntil: (work) => c.executionCtx.waitUntil(work),
    })
    const asked = await ask(deps, call)
    const created = Math.floor(asked.startedMs / 1_000)
    if (body.stream) {
      const includeUsage = body.stream_options?.include_usage === true
      return sseResponse(chunks(call, asked, created, includeUsage), asked.session.cancel)
    }
    return Response.json(await completion(call, asked, created))
  })
  app.openapi(modelsRoute, async (c) => {
    const endpoints = await deps.registry.list()
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

function toAsk(body: ChatBody, call: Pick<Ask, 'context' | 'clientSignal' | 'waitUntil'>): Ask {
  const {
    model,
    messages,
    stream,
    stream_options: _,
    max_tokens,
    max_completion_tokens,
    fairlead = {},
    ...parameters
  } = body
  const collection = fairlead.collection ?? null
  if (collection !== null && !mayUseCollection(call.context.principal, collection))
    throw new AppError('forbidden', `This key may not use the collection "${collection}"`)
  const tier = TIERS.find((name) => model === `tier-${name}`)
  const last = messages.findLastIndex(({ role }) => role === 'user')
  return {
    ...call,
    question: textOf(messages[last]),
    // Retrieval writes the prompt around the question; a plain completion passes every message on as it came.
    messages: (collection === null
      ? messages
      : messages.slice(0, Math.max(0, last)).filter(isTurn).map(toTurn)) as ChatMessage[],
    collection,
    filter: fairlead.filter,
    topK: fairlead.retrieval?.topK,
    format: 'markdown',
    requirements: { ...fairlead.requirements, ...tierOf(tier) },
    model: model === 'auto' || tier ? null : model,
    maxTokens: max_completion_tokens ?? max_tokens ?? null,
    parameters,
    stream: stream === true,
  }
}

const tierOf = (tier: Tier | undefined) => (tier ? { tier } : {})

type Message = ChatBody['messages'][number]

const isTurn = ({ role }: Message) => role === 'user' || role === 'assistant' || role === 'system'
const toTurn = (message: Message) => ({ role: message.role, content: textOf(message) })

function textOf(message: Message | undefined): string {
  const content = message?.content ?? ''
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('\n')
}

type Envelope = { id: string; created: number; model: string }

const envelopeOf = ({ context }: Ask, { session }: Asked, created: number): Envelope => ({
  id: `chatcmpl-${context.requestId}`,
  created,
  model: session.endpoint.model,
})

function usageOf(asked: Asked) {
  const { promptTokens, completionTokens } = spendFields(asked)
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}

async function completion(call: Ask, asked: Asked, created: number) {
  const filter = call.collection === null ? null : citationFilter(asked.retrieved?.sources.length ?? 0)
  let raw: Readonly<Record<string, unknown>> | null = null
  let text = ''
  let finishReason = 'stop'
  for await (const event of asked.session.events) {
    if (event.type !== 'chunk') continue
    raw = event.raw
    text += filter ? filter.push(event.text).text : event.text
    finishReason = event.finishReason ?? finishReason
  }
  text += filter?.end().text ?? ''
  const own = {
    index: 0,
    message: { role: 'assistant', content: text },
    logprobs: null,
    finish_reason: finishReason,
  }
  const choices = filter || !raw ? [own] : raw['choices']
  const fairlead = { route: routeFields(asked), ...(asked.retrieved && { sources: asked.retrieved.sources }) }
  const shape = { ...raw, ...envelopeOf(call, asked, created), object: 'chat.completion', choices }
  return { ...shape, usage: raw?.['usage'] ?? usageOf(asked), fairlead }
}

/** The origin's own chunks, with our id and without the usage we asked for on our own account. */
async function* chunks(
  call: Ask,
  asked: Asked,
  created: number,
  includeUsage: boolean,
): AsyncGenerator<string> {
  const envelope = envelopeOf(call, asked, created)
  const filter = call.collection === null ? null : citationFilter(asked.retrieved?.sources.length ?? 0)
  const write = (rest: Record<string, unknown>) =>
    `data: ${JSON.stringify({ ...rest, ...envelope, object: 'chat.completion.chunk', ...(includeUsage && rest['usage'] === undefined && { usage: null }) })}\n\n`
  const delta = (content: string, finishReason: string | null) =>
    write({ choices: [{ index: 0, delta: { content }, logprobs: null, finish_reason: finishReason }] })
  // Clients that do not know the field skip it; ours show sources before the first word.
  const fairlead = { route: routeFields(asked), ...(asked.retrieved && { sources: asked.retrieved.sources }) }
  try {
    yield write({
      choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
      fairlead,
    })
    for await (const event of asked.session.events) {
      if (event.type !== 'chunk') continue
      if (!filter && event.raw) {
        const { usage: _, ...raw } = event.raw
        yield write(raw)
        continue
      }
      const text = filter
        ? filter.push(event.text).text + (event.finishReason ? filter.end().text : '')
        : event.text
      if (text !== '' || event.finishReason) yield delta(text, event.finishReason)
    }
    if (includeUsage) yield write({ choices: [], usage: usageOf(asked) })
    yield 'data: [DONE]\n\n'
  } catch (thrown) {
    // Never a clean close on a broken answer: the error is the last thing sent, and no [DONE] follows.
    yield `data: ${JSON.stringify(openaiError(AppError.from(thrown), call.context.requestId))}\n\n`
  }
}
