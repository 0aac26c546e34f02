import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { listFeedbackRoute, postFeedbackRoute, ratedAnswer } from '../../../shared/api/feedback.ts'
import { listRated, putFeedback, type RatedRow } from '../../../shared/db/answers.ts'
import type { Database } from '../../../shared/db/client.ts'
import { ANSWERS_KEPT_DAYS } from '../../../shared/domain/answer.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { actingOn } from '../../../shared/http/system-tenant.ts'

export type FeedbackDeps = { readonly db: Database; readonly now: () => number }

/** Feedback on answers. Who may not see the collection of an answer learns nothing of the answer, not even that it exists. */
export function feedbackRoutes({ db, now }: FeedbackDeps) {
  return apiApp<ApiEnv>()
    .openapi(postFeedbackRoute, async (c) => {
      const { requestId: named, rating, comment = null, correctAnswer = null } = c.req.valid('json')
      const { tenantId, keyId, collections } = c.get('context').principal
      // OpenAI's clients know an answer by the id of its completion.
      const requestId = named.replace(/^chatcmpl-/, '')
      const ratedAtMs = now()
      const feedback = { rating, comment, correctAnswer, ratedBy: keyId, ratedAtMs }
      if (!(await putFeedback(db, requestId, { tenantId, collections }, feedback))) throw unknownAnswer(named)
      return c.json({ requestId, rating, comment, correctAnswer, ratedAt: iso(ratedAtMs) }, 200)
    })
    .openapi(listFeedbackRoute, async (c) => {
      const { limit, cursor, tenantId: named, rating, collection } = c.req.valid('query')
      const { principal } = c.get('context')
      const rows = await listRated(db, {
        tenantId: actingOn(principal, named),
        collections: principal.collections,
        rating,
        collection,
        after: cursor === undefined ? undefined : placeIn(cursor),
        limit: limit + 1,
      })
      const shown = rows.slice(0, limit)
      const last = rows.length > limit ? shown.at(-1) : undefined
      const nextCursor = last ? `${last.ratedAtMs}.${last.requestId}` : null
      return c.json({ data: shown.map(describeRated), nextCursor }, 200)
    })
}

const unknownAnswer = (requestId: string) =>
  new AppError(
    'not_found',
    `requestId: no answer "${requestId}" is kept. Answers from a collection are kept for ${ANSWERS_KEPT_DAYS} days, unless asked with store: false, and can be rated within seconds: check the id, or send the feedback again shortly`,
  )

function placeIn(cursor: string) {
  const dot = cursor.indexOf('.')
  return { ratedAtMs: Number(cursor.slice(0, dot)), requestId: cursor.slice(dot + 1) }
}

function describeRated({ createdAtMs, ratedAtMs, route: decision, ...row }: RatedRow) {
  const { template = null, retrieval = null, hints = null, ...route } = decision
  const times = { createdAt: iso(createdAtMs), ratedAt: iso(ratedAtMs) }
  return ratedAnswer.parse({ ...row, route, template, retrieval, hints, ...times })
}

const iso = (ms: number) => new Date(ms).toISOString()
