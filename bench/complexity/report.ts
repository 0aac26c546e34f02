import { TIERS } from '../../shared/domain/tiers.ts'
import { table } from '../lib/table.ts'
import type { Agreement } from './agreement.ts'
import { calibrationError, type TierReliability } from './reliability.ts'
import type { Column } from './routing.ts'
import type { Speed } from './speed.ts'
import type { Chosen, Comparison } from './tier-choice.ts'

export function routingReport(columns: readonly Column[]): string {
  const sets = Map.groupBy(columns, ({ set }) => set)
  return [...sets]
    .map(([set, own]) =>
      table(
        [set, 'APGR', '95 % interval', 'CPT50', 'CPT80'],
        own.map(({ router, apgr, interval, cpt50, cpt80 }) => [
          router,
          apgr.toFixed(3),
          `${interval.low.toFixed(3)} to ${interval.high.toFixed(3)}`,
          cpt50.toFixed(1),
          cpt80.toFixed(1),
        ]),
      ),
    )
    .join('\n\n')
}

export function tierReport(models: readonly Comparison[], chosen: Chosen): string {
  const { border, cost, quality, difference } = chosen
  const { mean, low, high } = difference
  const compared = table(
    ['dcrouter test, all to', '10⁹ parameters', 'score', 'ours for at most that', 'reached at'],
    models.map(({ name, cost, quality, ours, reachedAt }) => [
      name,
      String(cost),
      quality.toFixed(4),
      ours.toFixed(4),
      reachedAt === null ? 'never' : reachedAt.toFixed(1),
    ]),
  )
  return `${compared}
Border ${border} between M and L, chosen on the training folds: ${quality.toFixed(4)} at ${cost.toFixed(1)}, better than L alone by ${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)}).`
}

export function calibrationReport(tiers: readonly TierReliability[]): string {
  return table(
    ['Said / seen, %', 'ECE', ...Array.from({ length: 10 }, (_, tenth) => `${tenth + 1}`)],
    tiers.map(({ tier, bins }) => [
      tier.toUpperCase(),
      calibrationError(bins).toFixed(3),
      ...bins.map(({ said, seen }) => `${(100 * said).toFixed(0)}/${(100 * seen).toFixed(0)}`),
    ]),
  )
}

export function agreementReport({ deviation, ambiguous, worth, byConfidence }: Agreement): string {
  const rows = byConfidence.map(({ confidence, same, questions }) => [
    confidence.toFixed(2),
    same.toFixed(2),
    String(questions),
  ])
  return `${table(['Confidence', 'same tier', 'questions'], rows)}
Two classifiers from different questions differ by ${deviation.toFixed(3)} (standard deviation); ${(100 * ambiguous).toFixed(0)} % of questions are ambiguous.
What the larger model of the pair gains where the tier is ${TIERS.map((tier) => `${tier.toUpperCase()} ${worth[tier].toFixed(3)}`).join(', ')}.`
}

export function speedReport({ bytes, medianMicros, p99Micros, longestMicros }: Speed): string {
  return `Weights ${bytes} bytes. A call takes ${medianMicros.toFixed(1)} µs (median over MMLU), p99 ${p99Micros.toFixed(1)} µs, with 34 kB of text ${longestMicros.toFixed(0)} µs.`
}
