import type { Context } from 'hono'
import type { z } from 'zod'
import { type queryRequest, queryRoute, routeRoute } from '../../../shared/api/ask.ts'
import { type ApiEnv } from '../../../shared/api/define-route.ts'
import { toChoice } from '../../../shared/api/retrieval.ts'
import { routeExplanation } from '../../../shared/api/route.ts'
import { mayUseCollection } from '../../../shared/domain/principal.ts'
import { explain } from '../../../shared/domain/routing/explain.ts'
import { placeOf } from '../../../shared/domain/routing/place.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { sseResponse } from '../../../shared/http/sse.ts'
import { rateHeaders, recordOf } from '../answer-fields.ts'
import { type Ask, type AskDeps, ask, decide } from '../ask.ts'
import { wantedJudging } from '../judge.ts'
import { answerKeeper, type KeepDeps } from '../keep-answer.ts'
import { answerEvents, wholeAnswer } from '../query-answers.ts'
import { wantedRewriting } from '../rewrite.ts'

export function queryRoutes(deps: AskDeps & KeepDeps) {
  return apiApp<ApiEnv>()
    .openapi(queryRoute, async (c) => {
      const body = c.req.valid('json')
      const call = toAsk(body, callOf(c))
      const asked = await ask(deps, call)
      const keep = answerKeeper(deps, call, asked, body.store)
      const answering = { call, asked, keep, ask: (job: Ask) => ask(deps, job), now: deps.now }
      c.get('onEffect')?.()
      const headers = rateHeaders(asked)
      if (call.stream) return sseResponse(answerEvents(answering), asked.session.cancel, headers)
      return c.json(await wholeAnswer(answering), 200, headers)
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
  const { topK, hints, rewrite, maxRewriteCostUsd, ...retrieval } = body.retrieval ?? {}
  if (!mayUseCollection(call.context.principal, body.collection))
    throw new AppError('forbidden', `This key may not use the collection "${body.collection}"`)
  return {
    ...call,
    question: body.question,
    conversation: body.conversation ?? [],
    messages: [],
    collection: body.collection,
    filter: body.filter,
    topK,
    rewriting: wantedRewriting(rewrite, maxRewriteCostUsd),
    judging: wantedJudging(body.verification),
    labels: [],
    retrieval: toChoice(retrieval),
    hints,
    template: body.template,
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
