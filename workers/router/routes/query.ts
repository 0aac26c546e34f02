import type { z } from 'zod'
import { type queryRequest, queryRoute, routeRoute } from '../../../shared/api/ask.ts'
import { type ApiEnv } from '../../../shared/api/define-route.ts'
import { toChoice } from '../../../shared/api/retrieval.ts'
import { routeExplanation } from '../../../shared/api/route.ts'
import { mayUseCollection } from '../../../shared/domain/principal.ts'
import { explain } from '../../../shared/domain/routing/explain.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { sseResponse } from '../../../shared/http/sse.ts'
import { rateHeaders, recordOf } from '../answer-fields.ts'
import { requireSchema } from '../answer-schema.ts'
import { type Ask, type AskDeps, ask, decide } from '../ask.ts'
import { type ClientCall, clientCall } from '../client-call.ts'
import { wantedJudging } from '../judge.ts'
import { answerKeeper, type KeepDeps } from '../keep-answer.ts'
import { answerEvents, wholeAnswer } from '../query-answers.ts'
import { wantedRewriting } from '../rewrite.ts'

export function queryRoutes(deps: AskDeps & KeepDeps) {
  return apiApp<ApiEnv>()
    .openapi(queryRoute, async (c) => {
      const body = c.req.valid('json')
      const { call: caller, leave } = clientCall(c)
      const call = toAsk(body, caller)
      const asked = await ask(deps, call)
      const keep = answerKeeper(deps, call, asked, body.store)
      const answering = { call, asked, keep, ask: (job: Ask) => ask(deps, job), now: deps.now }
      c.get('onEffect')?.()
      const headers = rateHeaders(asked)
      if (call.stream) return sseResponse(answerEvents(answering), leave, headers)
      return c.json(await wholeAnswer(answering), 200, headers)
    })
    .openapi(routeRoute, async (c) => {
      const call = toAsk(c.req.valid('json'), clientCall(c).call)
      const decided = await decide(deps, call, { isRequest: true })
      const fleet = await deps.registry.fleet(call.waitUntil)
      const explanation = explain(decided.request, fleet, decided.policy.policy)
      const { requestId } = call.context
      return c.json(routeExplanation.parse({ requestId, ...recordOf(decided), ...explanation }), 200)
    })
}

function toAsk(body: z.infer<typeof queryRequest>, call: ClientCall): Ask {
  const { topK, hints, rewrite, maxRewriteCostUsd, ...retrieval } = body.retrieval ?? {}
  if (!mayUseCollection(call.context.principal, body.collection))
    throw new AppError('forbidden', `This key may not use the collection "${body.collection}"`)
  if (typeof body.format === 'object') requireSchema(body.format.jsonSchema, 'format.jsonSchema')
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
