import { AppError } from '../../shared/errors.ts'
import { sseEvent } from '../../shared/http/sse.ts'
import { routeFields, spendFields, stagesOf, templateFields, timingFields } from './answer-fields.ts'
import type { Asked } from './ask.ts'
import { type Answering, checkedAnswer } from './checked-answer.ts'

const sourcesOf = ({ retrieved }: Asked) => retrieved?.sources ?? []

/** The whole answer, every sentence of it checked against what it cites. */
export async function wholeAnswer(answering: Answering) {
  const { call, asked, now } = answering
  const { pieces, end } = checkedAnswer(answering)
  for await (const _ of pieces);
  const { answer, outcome, sum, judgingMs } = await end()
  return {
    requestId: call.context.requestId,
    answer,
    ...outcome,
    degraded: asked.degraded,
    sources: sourcesOf(asked).map((source) => ({
      ...source,
      headings: [...source.headings],
      labels: [...source.labels],
    })),
    ...sum,
    template: templateFields(asked),
    ...stagesOf(asked),
    route: routeFields(asked),
    usage: spendFields(asked),
    timings: timingFields(asked, now(), judgingMs),
  }
}

/** The answer as it comes: a sentence that its sources do not support is said to be so as soon as it is complete. */
export async function* answerEvents(answering: Answering): AsyncGenerator<string> {
  const { call, asked, now } = answering
  const { requestId } = call.context
  try {
    yield sseEvent('route', routeFields(asked)) + sseEvent('sources', sourcesOf(asked))
    const { pieces, end } = checkedAnswer(answering)
    for await (const { text, citations, claims } of pieces) {
      const events = [
        ...(text === '' ? [] : [sseEvent('text', { delta: text })]),
        ...citations.map((citation) => sseEvent('citation', citation)),
        ...claims.map((claim) => sseEvent('claim', claim)),
      ]
      if (events.length > 0) yield events.join('')
    }
    const { outcome, sum, judgingMs } = await end()
    yield sseEvent('claims', sum) +
      sseEvent('usage', spendFields(asked)) +
      sseEvent('done', {
        requestId,
        ...outcome,
        degraded: asked.degraded,
        template: templateFields(asked),
        ...stagesOf(asked),
        route: routeFields(asked),
        timings: timingFields(asked, now(), judgingMs),
      })
  } catch (thrown) {
    const { code, message, details } = AppError.from(thrown)
    yield sseEvent('error', { error: { code, message, requestId, details } })
  }
}
