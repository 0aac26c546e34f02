import { stretched } from '../domain/retrieval/rerank-mix.ts'
import { joinedTariff } from '../domain/tariff.ts'
import { AppError } from '../errors.ts'
import { errorFields } from '../log.ts'
import type { EventSink } from '../ports/event-sink.ts'
import type { Reranker, Reranking } from '../ports/reranker.ts'
import { spendIn, withSpend } from '../spending/partial-spend.ts'

type Member = { readonly reranker: Reranker; readonly weight: number }
type Options = {
  readonly log: EventSink
  /** When a member counts as failing. Shorter than a search waits, so that the others' scores are still of use. */
  readonly memberDeadlineMs?: number
}
type Vote = { readonly scores: readonly number[]; readonly weight: number }

const MEMBER_DEADLINE_MS = 600

/** Several rerankers at once: each one's scores stretched to 0..1, summed by weight. A member that fails is left out and logged. */
export function ensemble(
  id: string,
  members: readonly Member[],
  { log, memberDeadlineMs = MEMBER_DEADLINE_MS }: Options,
): Reranker {
  return {
    id,
    tariff: joinedTariff(members.map(({ reranker }) => ({ tariff: reranker.tariff, shown: Infinity }))),
    async rerank(query, candidates, signal) {
      signal?.throwIfAborted()
      const late = AbortSignal.timeout(memberDeadlineMs)
      const limit = signal ? AbortSignal.any([signal, late]) : late
      const asked = members.map(({ reranker }) => reranker.rerank(query, candidates, limit))
      const outcomes = await Promise.allSettled(asked)
      const costNanoUsd = outcomes.reduce((sum, outcome) => sum + costOf(outcome), 0)
      const votes: Vote[] = []
      const errors: AppError[] = []
      for (const [i, { reranker, weight }] of members.entries()) {
        const outcome = outcomes[i]
        if (outcome?.status === 'fulfilled') votes.push({ scores: outcome.value.scores, weight })
        else errors.push(reported(log, id, reranker.id, failureOf(outcome?.reason, late)))
      }
      if (signal?.aborted) throw withSpend(signal.reason, { tokens: 0, costNanoUsd }, signal)
      if (votes.length === 0) throw withSpend(allFailed(errors), { tokens: 0, costNanoUsd })
      return { scores: weighted(votes), costNanoUsd } satisfies Reranking
    },
  }
}

const costOf = (outcome: PromiseSettledResult<Reranking>) =>
  (outcome.status === 'fulfilled' ? outcome.value : spendIn(outcome.reason)).costNanoUsd

function reported(log: EventSink, reranker: string, member: string, error: AppError): AppError {
  log({ event: 'rerank_member_failed', reranker, member, error: errorFields(error) })
  return error
}

const allFailed = (errors: readonly AppError[]) =>
  new AppError('upstream_unavailable', 'All members of the ensemble failed', { cause: errors[0] })

const failureOf = (reason: unknown, late: AbortSignal) =>
  late.aborted && !(reason instanceof AppError)
    ? new AppError('upstream_timeout', 'The member did not answer in time')
    : AppError.from(reason)

/** A member to which all candidates are alike says nothing of their order; when all do, their bare scores are the answer. */
function weighted(votes: readonly Vote[]): number[] {
  const telling = votes.filter(({ scores }) => scores.some((score) => score !== scores[0]))
  const counted = telling.map(({ scores, weight }) => ({ scores: stretched(scores), weight }))
  const used = counted.length > 0 ? counted : votes
  const total = used.reduce((sum, { weight }) => sum + weight, 0)
  const count = votes[0]?.scores.length ?? 0
  return Array.from({ length: count }, (_, i) =>
    Math.min(1, used.reduce((sum, { scores, weight }) => sum + weight * (scores[i] ?? 0), 0) / total),
  )
}
