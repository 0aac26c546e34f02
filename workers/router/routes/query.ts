import type { Context } from 'hono'
import type { z } from 'zod'
import { type queryRequest, queryRoute, routeRoute } from '../../../shared/api/ask.ts'
import { type ApiEnv } from '../../../shared/api/define-route.ts'
import { routeExplanation } from '../../../shared/api/route.ts'
import { citationFilter } from '../../../shared/domain/citations.ts'
import { mayUseCollection } from '../../../shared/domain/principal.ts'
import { explain } from '../../../shared/domain/routing/explain.ts'
import { placeOf } from '../../../shared/domain/routing/place.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { sseEvent, sseResponse } from '../../../shared/http/sse.ts'
import { rateHeaders, recordOf, routeFields, spendFields, timingFields } from '../answer-fields.ts'
import { type Ask, type AskDeps, type Asked, ask, decide } from '../ask.ts'
import { NO_EVIDENCE, shownText } from '../shown-text.ts'

export function queryRoutes(deps: AskDeps) {
  return apiApp<ApiEnv>()
    .openapi(queryRoute, async (c) => {
      const call = toAsk(c.req.valid('json'), callOf(c))
      const asked = await ask(deps, call)
      c.get('onEffect')?.()
      const headers = rateHeaders(asked)
      if (call.stream) return sseResponse(answerEvents(deps, call, asked), asked.session.cancel, headers)
      return c.json(await wholeAnswer(deps, call, asked), 200, headers)
    })
    .openapi(routeRoute, async (c) => {
      const call = toAsk(c.req.valid('json'), callOf(c))
      const decided = await decide(deps, call)
      const fleet = await deps.registry.fleet(call.waitUntil)
      const explanation = explain(decided.request, fleet, decided.policy.policy)
      const { requestId } = call.context
      return c.json(routeExplanation.parse({ requestId, ...recordOf(decided), ...explanation }), 200)
    })
}

type Call = Pick<Ask, 'context' | 'place' | 'clientSignal' | 'waitUntil'>

const callOf = (c: Context<ApiEnv>): Call => ({
  context: c.get('context'),
  place: placeOf(c.req.raw.cf),
  clientSignal: c.get('clientSignal') ?? c.req.raw.signal,
  waitUntil: (work) => c.executionCtx.waitUntil(work),
})

function toAsk(body: z.infer<typeof queryRequest>, call: Call): Ask {
  if (!mayUseCollection(call.context.principal, body.collection))
    throw new AppError('forbidden', `This key may not use the collection "${body.collection}"`)
  return {
    ...call,
    question: body.question,
    conversation: body.conversation ?? [],
    messages: [],
    collection: body.collection,
    filter: body.filter,
    topK: body.retrieval?.topK,
    format: body.format,
    requirements: body.requirements ?? {},
    model: null,
    maxTokens: null,
    parameters: typeof body.format === 'object' ? jsonParameters(body.format.jsonSchema) : {},
    stream: body.stream,
  }
}

const jsonParameters = (schema: Readonly<Record<string, unknown>>) => ({
  response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
})

const sourcesOf = ({ retrieved }: Asked) => retrieved?.sources ?? []

function outcomeOf(answer: string, asked: Asked) {
  return answer.trim() === '' || sourcesOf(asked).length === 0
    ? ({ outcome: 'abstained', abstention: 'no_evidence' } as const)
    : ({ outcome: 'answered' } as const)
}

async function wholeAnswer(deps: AskDeps, call: Ask, asked: Asked) {
  const sources = sourcesOf(asked)
  const filter = citationFilter(sources.length)
  let answer = ''
  for await (const { text } of shownText(asked, filter)) answer += text
  const { claims, grounding } = await deps.rag.verify(call.context, answer, sources)
  return {
    requestId: call.context.requestId,
    answer: answer.trim() === '' ? NO_EVIDENCE : answer,
    ...outcomeOf(answer, asked),
    degraded: asked.degraded,
    sources: [...sources].map((source) => ({
      ...source,
      headings: [...source.headings],
      labels: [...source.labels],
    })),
    claims: claims.map((claim) => ({ ...claim, sources: [...claim.sources] })),
    grounding,
    removedCitations: filter.removed(),
    route: routeFields(asked),
    usage: spendFields(asked),
    timings: timingFields(asked, deps.now()),
  }
}

async function* answerEvents(deps: AskDeps, call: Ask, asked: Asked): AsyncGenerator<string> {
  const { requestId } = call.context
  const sources = sourcesOf(asked)
  try {
    yield sseEvent('route', routeFields(asked)) + sseEvent('sources', sources)
    const filter = citationFilter(sources.length)
    let answer = ''
    for await (const { text, citations } of shownText(asked, filter)) {
      answer += text
      yield sseEvent('text', { delta: text }) +
        citations.map((citation) => sseEvent('citation', citation)).join('')
    }
    if (answer.trim() === '') yield sseEvent('text', { delta: NO_EVIDENCE })
    const { claims, grounding } = await deps.rag.verify(call.context, answer, sources)
    const outcome = outcomeOf(answer, asked)
    yield sseEvent('claims', { claims, grounding, removedCitations: filter.removed() }) +
      sseEvent('usage', spendFields(asked)) +
      sseEvent('done', {
        requestId,
        ...outcome,
        degraded: asked.degraded,
        route: routeFields(asked),
        timings: timingFields(asked, deps.now()),
      })
  } catch (thrown) {
    const { code, message, details } = AppError.from(thrown)
    yield sseEvent('error', { error: { code, message, requestId, details } })
  }
}
