import { deleteAnswersBefore } from '../../../shared/db/answers.ts'
import { ANSWERS_KEPT_DAYS } from '../../../shared/domain/answer.ts'
import { DAY_MS } from '../../../shared/domain/rollup.ts'
import type { RecordAnswersDeps } from './record-answers.ts'

/** A run is bounded; what is left goes in the next. */
const ANSWERS_PER_RUN = 5_000

/** Deletes answers, with the feedback on them, once they have been kept long enough. */
export async function forgetAnswers({ db, now, log }: RecordAnswersDeps): Promise<void> {
  const startedMs = now()
  const beforeMs = startedMs - ANSWERS_KEPT_DAYS * DAY_MS
  const answers = await deleteAnswersBefore(db, beforeMs, ANSWERS_PER_RUN)
  log({ event: 'answers_forgotten', worker: 'cost', answers, durationMs: now() - startedMs })
}
