import type { Hints } from './query/hints.ts'
import type { HeldRetrieval } from './retrieval/settings.ts'
import type { DecisionRecord } from './routing/record.ts'
import type { Template } from './template.ts'
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
  /** How likely it is relevant, 0..1; missing where it was not kept yet. */
  readonly probability?: number | undefined
}

/** Who answered, and why. */
type Choice = {
  readonly tier: Tier
  readonly policy: string
  readonly endpoint: string
  readonly configuration: string | null
  readonly level: Level | null
  readonly model: string
  readonly degraded: boolean
  readonly reasons: readonly string[]
}

/** The rest of the decision record as the answer showed it, and what the answer was made with. */
type Circumstances = Pick<
  DecisionRecord,
  'complexity' | 'confidence' | 'features' | 'considered' | 'rejectedCounts'
> & {
  readonly provider: string
  readonly region: string
  readonly candidates: readonly {
    readonly endpoint: string
    readonly expectedUsd: number
    readonly predictedMs: number
    readonly score: number
  }[]
  readonly rejected: readonly { readonly endpoint: string; readonly reason: string }[]
  readonly attempts: readonly {
    readonly endpoint: string
    readonly outcome: string
    readonly durationMs: number
  }[]
  readonly template: Pick<Template, 'name' | 'version' | 'builtIn'>
  readonly retrieval: HeldRetrieval & { readonly topK: number }
  readonly hints: Hints | null
}

/**
 * Who answered, why, and with what. Of bounded size, since the decision record is: six candidates, each tried a few times at most, twenty
 * rejections with counts of the rest, five features. Answers that were kept before all of it was have only the choice.
 */
export type AnswerDecision = Choice & {
  readonly [Key in keyof Circumstances]?: Circumstances[Key] | undefined
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
