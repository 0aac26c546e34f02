import type { Level, Tier } from '../../tiers.ts'
import { hasFp8, WEIGHT_BYTES } from '../model/deployment.ts'
import type { Gpu, GpuName, MatrixSources, Provider, TierTarget } from '../sources/sources.ts'
import { digits, dollars, duration, gigabytes } from '../words/figures.ts'
import { type Candidate, candidatesFor, modelsOf, planOf, precisionsOf } from './candidate.ts'
import type { Plan, PlanCost, Reason, ReasonCode, Verdict } from './cell.ts'
import { bestOption, type Option } from './option.ts'
import { asReason } from './shortfall.ts'
import { isInstalledAt, supplyReasons } from './supply.ts'

/**
 * Recommended is what costs at most so many times as much as the cheapest of its tier and level, by a thousand tokens where it is busy or
 * by the month where it is not, and bearable by the other one: a large GPU is cheap for those who fill it, a small one for those who do not. The ratio is less
 * than prices differ between two vendors of one GPU.
 */
export const RECOMMENDED_COST_RATIO = 1.5

/** And by the other of the two it costs at most so many times as much. */
const BEARABLE_COST_RATIO = 5

/** A replica that keeps the promise for so many times the planned load has more GPU than the load needs. */
const OVERSIZED_RATIO = 4

/** A cell before it is compared with the others of its tier and level. */
export type Draft = {
  readonly id: string
  readonly tier: Tier
  readonly gpu: Gpu
  readonly level: Level
  readonly target: TierTarget
  readonly option: Option | null
  readonly plan: Plan | null
  readonly costs: readonly PlanCost[]
  /** The cheapest one's. */
  readonly provider: Provider | null
  readonly reasons: readonly Reason[]
}

/** What a cell is compared with: the cheapest of its tier and level by tokens and by the month, and the same tier and GPU at the other levels. */
export type Company = Best & { readonly elsewhere: readonly Draft[] }
export type Best = { readonly cheapest: Draft | null; readonly leanest: Draft | null }

/** The best plan of a cell, its costs, and what stands against it whatever the others do. */
export function draftCell(sources: MatrixSources, tier: Tier, gpuName: GpuName, level: Level): Draft {
  const target = sources.tiers[tier]
  const gpu = sources.gpus[gpuName]
  const option = bestOption(sources, candidatesFor(sources, tier, gpuName), { level, limits: target.slo })
  const plan = option && promisedPlan(option.candidate, target)
  const costs = option?.costs ?? []
  const provider = sources.providers.find(({ name }) => name === costs[0]?.provider) ?? null
  const draft = { id: `${tier}.${gpuName}.${level}`, tier, gpu, level, target, option, plan, costs, provider }
  return { ...draft, reasons: [...mainReasons(sources, draft), ...preferences(sources, draft)] }
}

/** Kept, since a candidate is often the best at several levels. */
function promisedPlan(candidate: Candidate, { slo }: TierTarget): Plan {
  const plan = plans.get(candidate) ?? planOf(candidate, slo)
  plans.set(candidate, plan)
  return plan
}

const plans = new WeakMap<Candidate, Plan>()

type Unreasoned = Omit<Draft, 'reasons'>

function mainReasons(sources: MatrixSources, draft: Unreasoned): readonly Reason[] {
  const { gpu, level, option, costs } = draft
  if (option === null) return [...supplyReasons(sources, gpu, level, null), weightsDoNotFit(sources, draft)]
  const supply = supplyReasons(sources, gpu, level, option.candidate)
  const priceUnknown: readonly Reason[] =
    option.isOffered && costs.length === 0
      ? [
          {
            code: 'price_unknown',
            message: `No price is known for ${option.candidate.gpuCount} ${gpu.title}.`,
          },
        ]
      : []
  return [...supply, ...option.shortfalls.map(asReason), ...priceUnknown]
}

function weightsDoNotFit(sources: MatrixSources, { gpu, target }: Unreasoned): Reason {
  const sizes = modelsOf(sources, target).flatMap((model) =>
    precisionsOf(model, gpu).map((precision) => ({
      bytes: model.parameters * WEIGHT_BYTES[precision],
      words: `${model.name} in ${precision}`,
    })),
  )
  const [smallest] = sizes.toSorted((a, b) => a.bytes - b.bytes)
  const gpus = 4 * Math.min(8, gpu.gpusPerNode)
  const message = `The tier's smallest weights, ${smallest?.words ?? 'none'}, take ${gigabytes(smallest?.bytes ?? 0)}; no layout on up to ${gpus} ${gpu.title} of ${gigabytes(gpu.memoryBytes)} holds them beside ${digits(target.slo.contextTokens)} tokens of context.`
  return { code: 'weights_do_not_fit', message }
}

/** Drawbacks of what runs, without looking at the others. */
function preferences(sources: MatrixSources, draft: Unreasoned): readonly Reason[] {
  const { option, gpu } = draft
  if (option === null) return []
  const { deployment, gpuCount } = option.candidate
  const reasons: Reason[] = []
  if (!hasFp8(gpu)) {
    const message = `The ${gpu.title} has no FP8 arithmetic: prompts are read at its BF16 rate, half of what 8 bits would allow.`
    reasons.push({ code: 'no_fp8_arithmetic', message })
  }
  if (deployment.pipelineParallel > 1) {
    const message = `One replica takes ${gpuCount} GPUs in ${deployment.pipelineParallel} machines, which fail and start together.`
    reasons.push({ code: 'several_nodes', message })
  }
  return [...reasons, ...uncertainty(draft), ...placeDrawbacks(sources, draft, option), ...oversized(draft)]
}

/** Where the verdict hangs on a figure whose interval lies on both sides of the promise. */
function uncertainty({ plan, option, target: { slo } }: Unreasoned): readonly Reason[] {
  if (plan === null || option === null) return []
  const promised = slo.timeToFirstTokenP99Ms
  const { low, high } = option.candidate.atPlannedLoad.timeToFirstTokenP99Ms
  if (low > promised || high <= promised) return []
  const message = `The first token takes ${digits(low)} to ${digits(high)} ms at p99 in four of five cases, and ${digits(promised)} ms are promised: measure before relying on either.`
  return [{ code: 'uncertain', message }]
}

function oversized({ plan, target: { load } }: Unreasoned): readonly Reason[] {
  if (plan === null || plan.sloConcurrency < OVERSIZED_RATIO * load.concurrency) return []
  const message = `Keeps the promise for ${digits(plan.sloConcurrency)} at once, where the tier plans ${digits(load.concurrency)}: with no more than that most of it stands idle.`
  return [{ code: 'oversized', message }]
}

export const notInstalled = ({ title }: Gpu): string =>
  `The ${title} could be had, but stands at none of these places today.`

export const coldStart = (ms: number, promisedMs: number): string =>
  `Scaled to nothing, the first answer takes ${duration(ms)}; a first token is promised in ${digits(promisedMs)} ms.`

function placeDrawbacks(sources: MatrixSources, draft: Unreasoned, option: Option): readonly Reason[] {
  const { gpu, target, costs, provider } = draft
  const reasons: Reason[] = []
  if (option.isOffered && !isInstalled(sources, draft, option)) {
    reasons.push({ code: 'not_installed', message: notInstalled(gpu) })
  }
  const coldStartMs = costs[0]?.coldStartMs ?? 0
  if (provider?.billing.scalesToZero && coldStartMs > target.slo.timeToFirstTokenP99Ms) {
    const message = coldStart(coldStartMs, target.slo.timeToFirstTokenP99Ms)
    reasons.push({ code: 'cold_start', message })
  }
  return reasons
}

const isInstalled = (sources: MatrixSources, { level }: Unreasoned, { candidate }: Option): boolean =>
  sources.providers.some((provider) => provider.level === level && isInstalledAt(provider, candidate))

const keepsPromise = ({ option, costs }: Draft): boolean =>
  option !== null && option.isOffered && option.shortfalls.length === 0 && costs.length > 0

/** What bars a viable cell from being recommended; its other drawbacks it may have. */
const BARRING: ReadonlySet<ReasonCode> = new Set(['not_installed', 'several_nodes', 'dearer_than_best'])

const isBarred = (reasons: readonly Reason[]): boolean => reasons.some(({ code }) => BARRING.has(code))

const tokenPriceOf = ({ costs }: Draft): number => costs[0]?.nanoUsdPerKTok ?? Number.POSITIVE_INFINITY

const monthOf = ({ costs }: Draft): number =>
  Math.min(...costs.map(({ monthlyNanoUsd }) => monthlyNanoUsd), Number.POSITIVE_INFINITY)

/**
 * The cheapest that keeps the promise of those of one tier and level. One that can be had today in one machine goes before one that
 * cannot: what nobody can use is no reason against what everybody can.
 */
export function bestOf(drafts: readonly Draft[]): Best {
  const viable = drafts.filter(keepsPromise)
  const atHand = viable.filter(({ reasons }) => !isBarred(reasons))
  const least = (costOf: (draft: Draft) => number) =>
    (atHand.length > 0 ? atHand : viable).toSorted((a, b) => costOf(a) - costOf(b))[0] ?? null
  return { cheapest: least(tokenPriceOf), leanest: least(monthOf) }
}

/** How many times as much as the cheapest a cell costs, by tokens or by the month, whichever is less; null where it does not keep the promise. */
export function costRatio(draft: Draft, { cheapest, leanest }: Best): number | null {
  if (!cheapest || !leanest || !keepsPromise(draft)) return null
  return Math.min(tokenPriceOf(draft) / tokenPriceOf(cheapest), monthOf(draft) / monthOf(leanest))
}

/** The verdict beside the cheapest of tier and level, with every reason why it is not better. */
export function judge(
  draft: Draft,
  best: Best,
): { readonly verdict: Verdict; readonly reasons: readonly Reason[] } {
  const { option } = draft
  if (option === null || !option.isOffered) return { verdict: 'no', reasons: draft.reasons }
  if (!keepsPromise(draft)) return { verdict: 'fits', reasons: draft.reasons }
  const reasons = [...draft.reasons, ...dearer(draft, best)]
  return { verdict: isBarred(reasons) ? 'viable' : 'recommended', reasons }
}

function dearer(draft: Draft, best: Best): readonly Reason[] {
  const { cheapest, leanest } = best
  const ratio = costRatio(draft, best)
  if (ratio === null || !cheapest || !leanest) return []
  const worse = Math.max(tokenPriceOf(draft) / tokenPriceOf(cheapest), monthOf(draft) / monthOf(leanest))
  if (ratio <= RECOMMENDED_COST_RATIO && worse <= BEARABLE_COST_RATIO) return []
  const compared = (costOf: (of: Draft) => number, what: string, other: Draft) =>
    `${dollars(costOf(draft))} ${what}, ${digits(costOf(draft) / costOf(other))} times the ${dollars(costOf(other))} of ${other.id}`
  const message = `${compared(tokenPriceOf, 'for 1,000 tokens', cheapest)}; ${compared(monthOf, 'a month for what must be rented', leanest)}.`
  return [{ code: 'dearer_than_best', message }]
}
