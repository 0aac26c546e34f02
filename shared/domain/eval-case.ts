import type { AnswerDecision, AnswerRecord, AnswerSource, Rating } from './answer.ts'

type RatedAnswer = Pick<
  AnswerRecord,
  'requestId' | 'collection' | 'question' | 'turns' | 'outcome' | 'sources'
> & {
  readonly rating: Rating
  readonly correctAnswer: string | null
  readonly route: Pick<AnswerDecision, 'model'>
  /** Null where it was not kept yet. */
  readonly template: AnswerTemplate | null
}

type AnswerTemplate = NonNullable<AnswerDecision['template']>

/** A question with what is known to be right, as one line of a file that an evaluation reads. */
export type EvalCase = Pick<RatedAnswer, 'question' | 'collection' | 'requestId' | 'rating'> & {
  readonly relevant: readonly Pick<AnswerSource, 'documentId' | 'start' | 'end'>[]
  readonly answer?: string
  /** Null: the platform abstained, and nobody has said yet whether the documents hold an answer. */
  readonly unanswerable?: null
  /** Who was rated: a changed model or wording makes another answer. */
  readonly model: string
  readonly template?: AnswerTemplate
}

/**
 * Null where nothing is known to be right: an answer rated down without a correct one. A question asked within a conversation is
 * none either, since its words alone do not say what it means.
 */
export function evalCase(rated: RatedAnswer): EvalCase | null {
  const { question, collection, requestId, rating, correctAnswer, outcome, turns, route, template } = rated
  const isAbstention = outcome === 'abstained'
  if (turns > 0 || (rating === 'down' && correctAnswer === null && !isAbstention)) return null
  const approved = rating === 'up' ? rated.sources.filter(({ cited }) => cited) : []
  return {
    question,
    relevant: approved.map(({ documentId, start, end }) => ({ documentId, start, end })),
    ...(correctAnswer !== null && { answer: correctAnswer }),
    ...(isAbstention && correctAnswer === null && { unanswerable: null }),
    collection,
    requestId,
    rating,
    model: route.model,
    ...(template && { template }),
  }
}
