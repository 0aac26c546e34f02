import type { AnswerDecision, AnswerRecord } from '../../shared/domain/answer.ts'
import { citationFilter } from '../../shared/domain/citations.ts'
import { jsonAnswerFilter } from '../../shared/domain/json-answer.ts'
import { AppError } from '../../shared/errors.ts'
import { errorFields } from '../../shared/log.ts'
import type { EventSink } from '../../shared/ports/event-sink.ts'
import type { AnswerMessage } from '../../shared/ports/services.ts'
import { routeFields, templateFields } from './answer-fields.ts'
import type { Ask, Asked } from './ask.ts'

export type KeepDeps = {
  readonly answers: { readonly send: (message: AnswerMessage) => Promise<unknown> }
  readonly now: () => number
  readonly log: EventSink
}

type Said = Pick<AnswerRecord, 'answer' | 'outcome' | 'grounding'> & {
  readonly abstention?: AnswerRecord['abstention']
}
/** Takes what was said once all of it has been said. */
export type KeepAnswer = (said: Said) => void

/** With a question of the greatest length, fifty sources and a long decision this stays below the 128 kB of a message. */
const MAX_ANSWER_CHARS = 16_000

/** Sends the answer off to be kept for feedback. Nobody waits for that, and no answer fails for it. */
export function answerKeeper(deps: KeepDeps, call: Ask, asked: Asked, isStored: boolean): KeepAnswer {
  const { collection, context } = call
  if (!isStored || collection === null) return () => {}
  return (said) => {
    const send = async () => {
      // The rest of the answer goes out first.
      await new Promise((done) => setTimeout(done))
      await deps.answers.send({
        type: 'answer',
        record: recordFor(call, collection, asked, said, deps.now()),
      })
    }
    const sent = send().catch((thrown: unknown) => {
      const { requestId, principal } = context
      const error = errorFields(AppError.from(thrown))
      deps.log({ event: 'answer_not_kept', worker: 'router', requestId, tenantId: principal.tenantId, error })
    })
    call.waitUntil(sent)
  }
}

function recordFor(
  { context, question, conversation, format }: Ask,
  collection: string,
  asked: Asked,
  { answer, outcome, abstention = null, grounding }: Said,
  createdAtMs: number,
): AnswerRecord {
  const { requestId, principal } = context
  const sources = asked.retrieved?.sources ?? []
  const cited = citedIn(answer, format, sources.length)
  return {
    requestId,
    tenantId: principal.tenantId,
    keyId: principal.keyId,
    collection,
    question,
    turns: conversation.filter(({ role }) => role !== 'system').length,
    answer: answer.slice(0, MAX_ANSWER_CHARS),
    outcome,
    abstention,
    grounding,
    sources: sources.map(({ number, documentId, version, start, end, probability }) => ({
      documentId,
      version,
      start,
      end,
      cited: cited.has(number),
      probability,
    })),
    route: decisionOf(asked),
    createdAtMs,
  }
}

function citedIn(answer: string, format: Ask['format'], sourceCount: number): ReadonlySet<number> {
  const filter = typeof format === 'object' ? jsonAnswerFilter(sourceCount) : citationFilter(sourceCount)
  const citations = [...filter.push(answer).citations, ...filter.end().citations]
  return new Set(citations.map(({ number }) => number))
}

function decisionOf(asked: Asked): AnswerDecision {
  const { retrieved, degraded } = asked
  const { settings: retrieval, hints = null } = retrieved ?? {}
  return { ...routeFields(asked), degraded, template: templateFields(asked), retrieval, hints }
}
