import type { Level, Tier } from './tiers.ts'

export const ANSWER_OUTCOMES = ['answered', 'abstained'] as const
export type AnswerOutcome = (typeof ANSWER_OUTCOMES)[number]

/** A passage that an answer was given from: where it stands, never its text. */
export type AnswerSource = {
  readonly documentId: string
  readonly version: number
  readonly start: number
  readonly end: number
  /** The answer cites it. */
  readonly cited: boolean
}

/** What remains of the decision record: who answered, and why. */
export type AnswerDecision = {
  readonly tier: Tier
  readonly policy: string
  readonly endpoint: string
  readonly configuration: string | null
  readonly level: Level | null
  readonly model: string
  readonly degraded: boolean
  readonly reasons: readonly string[]
}

/** An answer from a collection as it is kept for a while, so that feedback on it has something to stand by. */
export type AnswerRecord = {
  readonly requestId: string
  readonly tenantId: string
  readonly keyId: string
  readonly collection: string
  readonly question: string
  /** Messages of user and assistant before the question; they themselves are not kept. */
  readonly turns: number
  readonly answer: string
  readonly outcome: AnswerOutcome
  readonly abstention: string | null
  readonly sources: readonly AnswerSource[]
  /** Null where the claims were not checked. */
  readonly grounding: number | null
  readonly route: AnswerDecision
  readonly createdAtMs: number
}

export const ANSWERS_KEPT_DAYS = 30

export const RATINGS = ['up', 'down'] as const
export type Rating = (typeof RATINGS)[number]
