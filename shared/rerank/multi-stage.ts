import { joinedTariff } from '../domain/tariff.ts'
import type { RerankCandidate, Reranker } from '../ports/reranker.ts'
import { withSpend } from '../spending/partial-spend.ts'

type Stage = {
  readonly reranker: Reranker
  /** How many of its best go on to the next stage; of no matter in the last one. */
  readonly keep: number
}

/** Leaves the least of a stage above the best of the stage before, so that no tie joins them. */
const BAND = 0.999

/**
 * Cheap stages first: each sees only the best that the one before it kept. What a stage drops stays below everything that it kept, in
 * that stage's order: every stage has a band of the scores of its own.
 */
export function multiStage(id: string, stages: readonly Stage[]): Reranker {
  const parts = stages.map(({ reranker: { tariff } }, i) => ({
    tariff,
    shown: stages[i - 1]?.keep ?? Infinity,
  }))
  return {
    id,
    tariff: joinedTariff(parts),
    async rerank(query, candidates, signal) {
      const scores = candidates.map(() => 0)
      let left = candidates.map((candidate, index) => ({ candidate, index }))
      let costNanoUsd = 0
      for (const [number, { reranker, keep }] of stages.entries()) {
        const stage = await reranker.rerank(query, left.map(candidateOf), signal).catch((thrown: unknown) => {
          throw withSpend(thrown, { tokens: 0, costNanoUsd }, signal)
        })
        costNanoUsd += stage.costNanoUsd
        const isLast = number === stages.length - 1
        const ranked = left
          .map((item, i) => ({ ...item, score: stage.scores[i] ?? 0 }))
          .toSorted((a, b) => b.score - a.score)
        for (const { index, score } of ranked)
          scores[index] = (number + score * (isLast ? 1 : BAND)) / stages.length
        left = ranked.slice(0, keep)
        if (left.length === 0) break
      }
      return { scores, costNanoUsd }
    },
  }
}

const candidateOf = ({ candidate }: { readonly candidate: RerankCandidate }) => candidate
