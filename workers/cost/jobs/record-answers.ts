import { z } from 'zod'
import { hintsShown, templateShown } from '../../../shared/api/answer.ts'
import { keptRoute, keptSource } from '../../../shared/api/feedback.ts'
import { retrievalShown } from '../../../shared/api/retrieval.ts'
import { addAnswers } from '../../../shared/db/answers.ts'
import type { Database } from '../../../shared/db/client.ts'
import { ANSWER_OUTCOMES, type AnswerRecord } from '../../../shared/domain/answer.ts'
import { AppError } from '../../../shared/errors.ts'
import { describeIssues } from '../../../shared/http/issues.ts'
import { errorFields } from '../../../shared/log.ts'
import type { EventSink } from '../../../shared/ports/event-sink.ts'
import type { AnswerMessage } from '../../../shared/ports/services.ts'

export type RecordAnswersDeps = { readonly db: Database; readonly now: () => number; readonly log: EventSink }

const name = z.string().min(1)
const count = z.int().min(0)
const answerRecord = z.object({
  requestId: name,
  tenantId: name,
  keyId: name,
  collection: name,
  question: z.string(),
  turns: count,
  answer: z.string(),
  outcome: z.enum(ANSWER_OUTCOMES),
  abstention: z.string().nullable(),
  sources: z.array(keptSource),
  grounding: z.number().nullable(),
  route: keptRoute.extend({
    template: templateShown.optional(),
    retrieval: retrievalShown.optional(),
    hints: hintsShown.nullish(),
  }),
  createdAtMs: count,
}) satisfies z.ZodType<AnswerRecord>
const answerMessage = z.object({
  type: z.literal('answer'),
  record: answerRecord,
}) satisfies z.ZodType<AnswerMessage>

/** Keeps a batch of answers. One that cannot be read is logged and lost: the answer itself was given long ago. */
export async function recordAnswers({ db, now, log }: RecordAnswersDeps, batch: MessageBatch): Promise<void> {
  const startedMs = now()
  const records = batch.messages.flatMap(({ id: messageId, body }) => {
    const { data, error } = answerMessage.safeParse(body)
    if (data) return data.record
    log({ event: 'answer_unreadable', worker: 'cost', messageId, issues: describeIssues(error.issues) })
    return []
  })
  const outcome = { worker: 'cost', answers: records.length }
  try {
    await addAnswers(db, records)
    log({ event: 'answers_recorded', ...outcome, durationMs: now() - startedMs })
  } catch (thrown) {
    batch.retryAll()
    const error = errorFields(AppError.from(thrown))
    log({ event: 'answers_not_recorded', ...outcome, durationMs: now() - startedMs, error })
  }
}
