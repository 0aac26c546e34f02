import type { RequirementVerdict, TierTarget } from '../sources/sources.ts'
import { digits, dollars } from '../words/figures.ts'
import type { Cell, Plan, PlanCost, Reason, Verdict } from './cell.ts'

/** Viable, but so many times as dear as the cheapest, agrees with the document's "marginal": its word for wasted GPUs. */
export const MARGINAL_COST_RATIO = 3

export type Judged = {
  readonly verdict: Verdict
  readonly reasons: readonly Reason[]
  readonly plan: Plan | null
  readonly costs: readonly PlanCost[]
  readonly target: TierTarget
  /** To the cheapest viable of tier and level; null where not viable. */
  readonly costRatio: number | null
}

/** What a computed verdict may be called in the requirements document. */
function equivalents({ verdict, costRatio }: Judged): readonly RequirementVerdict[] {
  if (verdict === 'recommended') return ['recommended']
  if (verdict === 'fits') return ['marginal']
  if (verdict === 'no') return ['not_recommended']
  return costRatio !== null && costRatio > MARGINAL_COST_RATIO ? ['viable', 'marginal'] : ['viable']
}

/** The requirements document's verdict beside the computed one, and what makes them differ. */
export function compareWithRequirement(judged: Judged, said: RequirementVerdict): Cell['requirement'] {
  const agrees = equivalents(judged).includes(said)
  return { verdict: said, agrees, difference: agrees ? null : difference(judged, said) }
}

/** Best first, as both sides count. */
const RANKS: Readonly<Record<Verdict | RequirementVerdict, number>> = {
  recommended: 0,
  viable: 1,
  fits: 2,
  marginal: 2,
  no: 3,
  not_recommended: 3,
}

function difference(judged: Judged, said: RequirementVerdict): string {
  const { verdict, reasons } = judged
  const isBetter = RANKS[verdict] < RANKS[said]
  const words = `The document says ${said.replace('_', ' ')}, computed is ${verdict}.`
  const runs = isBetter ? runsSentence(judged) : []
  // A better verdict's drawbacks do not explain it, and what bars an even better one does.
  const against = isBetter && verdict !== 'fits' ? [] : reasons.map(({ message }) => message)
  return [words, ...runs, ...against].join(' ')
}

function runsSentence({ plan, costs, target, verdict, costRatio }: Judged): readonly string[] {
  if (plan === null) return []
  const how = `${plan.model} in ${plan.precision} on ${plan.gpuCount} GPU${plan.gpuCount === 1 ? '' : 's'}`
  if (verdict === 'fits')
    return [`It runs: ${how}, ${digits(plan.sloConcurrency)} at once within the promise.`]
  const { timeToFirstTokenP99Ms: first, timePerOutputTokenMs: further } = plan
  const keeps = `${how} keeps the promise: first token after ${digits(first.value)} of ${digits(target.slo.timeToFirstTokenP99Ms)} ms at p99, ${digits(further.value)} of ${digits(target.slo.timePerOutputTokenMs)} ms for each further one.`
  const [cost] = costs
  if (cost === undefined || costRatio === null) return [keeps]
  const beside = costRatio <= 1 ? 'the least' : `${digits(costRatio)} times the least`
  return [
    keeps,
    `${dollars(cost.nanoUsdPerKTok)} for 1,000 tokens and ${dollars(Math.min(...costs.map(({ monthlyNanoUsd }) => monthlyNanoUsd)))} a month at least: ${beside} of its tier and level by tokens or by the month.`,
  ]
}
