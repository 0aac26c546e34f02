import { fromUsd } from '../../money.ts'
import { type Candidate, candidatesFor, capacityOf, type Limits } from '../cells/candidate.ts'
import { type Cell, type PlanCost, type PlanRequirements, REASON_CODES } from '../cells/cell.ts'
import { bestOption, hasWholeWeights, preferred } from '../cells/option.ts'
import { asReason, shortfallsOf } from '../cells/shortfall.ts'
import { costsFor, offersFor, providersFor } from '../cells/supply.ts'
import type { Gpu, MatrixSources, Provider, TierTarget } from '../sources/sources.ts'
import { dollars } from '../words/figures.ts'

/** One way to do what is required in a cell, at one provider. */
export type Match = {
  readonly candidate: Candidate
  readonly cost: PlanCost
  readonly provider: Provider
  /** Those where the GPU stands and every residency holds. */
  readonly regions: readonly string[]
}

export type Matching = { readonly matches: readonly Match[]; readonly against: readonly string[] }

/**
 * The limits of one who asks: the tier's promise, with times replaced where they are given, stricter or looser. A context shorter than
 * the tier's loosens nothing, since no plan has less.
 */
export const limitsOf = ({ slo }: TierTarget, requirements: PlanRequirements): Limits => ({
  timeToFirstTokenP99Ms: requirements.maxTimeToFirstTokenMs ?? slo.timeToFirstTokenP99Ms,
  timePerOutputTokenMs: requirements.maxTimePerOutputTokenMs ?? slo.timePerOutputTokenMs,
  outputTokensPerSecond: slo.outputTokensPerSecond,
  contextTokens: Math.max(requirements.contextTokens ?? 0, slo.contextTokens),
})

/** Every plan and provider of the cell that do all that is required, not only the cell's own plan; where there are none, everything against it. */
export function matchCell(sources: MatrixSources, cell: Cell, requirements: PlanRequirements): Matching {
  const excluded = exclusions(cell, requirements)
  const limits = limitsOf(sources.tiers[cell.tier], requirements)
  const candidates = meant(candidatesFor(sources, cell.tier, cell.gpu), requirements)
  const keeping = candidates.filter((candidate) => shortfallsOf(candidate, limits).length === 0)
  const priced = keeping.flatMap((candidate) => pricedAt(sources, cell, candidate, limits))
  const lawful = priced.filter((match) => isLawful(match, requirements))
  const maxNanoUsd = fromUsd(requirements.maxUsdPerKTok ?? Number.POSITIVE_INFINITY)
  const affordable = lawful.filter(({ cost }) => cost.nanoUsdPerKTok <= maxNanoUsd)
  if (excluded.length === 0 && affordable.length > 0)
    return {
      matches: preferred(affordable, hasWholeWeights).map((match) => ({
        ...match,
        regions: regionsOf(match, requirements),
      })),
      against: [],
    }
  const against = [
    ...excluded,
    ...modelReasons(sources, cell, requirements),
    ...planReasons(sources, cell, limits, { candidates, keeping, priced }),
    ...lawReasons(sources, cell, requirements, { priced, lawful }),
    ...priceReasons(lawful.length > 0 ? lawful : priced, affordable, maxNanoUsd),
  ]
  return { matches: [], against: [...new Set(against)] }
}

const meant = (candidates: readonly Candidate[], { models }: PlanRequirements): readonly Candidate[] =>
  models ? candidates.filter(({ deployment }) => models.includes(deployment.model.name)) : candidates

function modelReasons(
  sources: MatrixSources,
  { tier, gpu }: Cell,
  { models }: PlanRequirements,
): readonly string[] {
  if (!models) return []
  const ofTier = models.filter((name) => sources.tiers[tier].models.includes(name))
  if (ofTier.length === 0) return [`No model of the tier is any of: ${listed(models)}.`]
  const fitting = new Set(candidatesFor(sources, tier, gpu).map(({ deployment }) => deployment.model.name))
  return ofTier.some((name) => fitting.has(name))
    ? []
    : [`No layout on the ${sources.gpus[gpu].title} has room for ${listed(ofTier)}.`]
}

function exclusions({ level, gpu }: Cell, { levels, gpus }: PlanRequirements): readonly string[] {
  const reasons: string[] = []
  if (levels && !levels.includes(level)) reasons.push(`Level ${level} is none of: ${listed(levels)}.`)
  if (gpus && !gpus.includes(gpu)) reasons.push(`GPU ${gpu} is none of: ${listed(gpus)}.`)
  return reasons
}

const listed = (names: readonly string[]): string => (names.length > 0 ? names.join(', ') : '(none given)')

function pricedAt(
  sources: MatrixSources,
  { level }: Cell,
  candidate: Candidate,
  limits: Limits,
): readonly Match[] {
  const providers = providersFor(sources, candidate, level)
  return costsFor(sources, candidate, level, capacityOf(candidate, limits).outputTokensPerSecond).flatMap(
    (cost) => {
      const provider = providers.find(({ name }) => name === cost.provider)
      return provider ? [{ candidate, cost, provider, regions: [] }] : []
    },
  )
}

/** One provider holds all regimes, and one of its regions all residencies. */
const isLawful = (match: Match, requirements: PlanRequirements): boolean =>
  missingRegimes(match.provider, requirements).length === 0 &&
  (!requirements.residency?.length || regionsOf(match, requirements).length > 0)

function missingRegimes(
  { attestations }: Provider,
  { compliance = [] }: PlanRequirements,
): readonly string[] {
  const attested = new Set<string>(attestations.map(({ regime }) => regime))
  return compliance.filter((regime) => !attested.has(regime))
}

const regionsOf = ({ provider, candidate }: Match, requirements: PlanRequirements): readonly string[] =>
  regionsWith(
    provider,
    offersFor(provider, candidate).flatMap(({ regions }) => regions),
    requirements,
  )

function regionsWith(
  { regions }: Provider,
  offered: readonly string[],
  { residency = [] }: PlanRequirements,
): readonly string[] {
  return regions
    .filter(
      (region) => offered.includes(region.name) && residency.every((one) => region.residency.includes(one)),
    )
    .map(({ name }) => name)
}

/** Why no plan keeps the limits and can be had for a price. */
function planReasons(
  sources: MatrixSources,
  cell: Cell,
  limits: Limits,
  {
    candidates,
    keeping,
    priced,
  }: {
    readonly candidates: readonly Candidate[]
    readonly keeping: readonly Candidate[]
    readonly priced: readonly Match[]
  },
): readonly string[] {
  if (priced.length > 0) return []
  const lacking = cell.reasons.filter(
    ({ code }) => REASON_CODES[code] === 'blocking' || code === 'price_unknown',
  )
  const nearest = bestOption(sources, candidates, { level: cell.level, limits })
  const broken = nearest?.shortfalls.map(asReason) ?? []
  const messages = [...lacking, ...broken].map(({ message }) => message)
  if (messages.length > 0 || candidates.length === 0) return messages
  const gpuCounts = [...new Set(keeping.map(({ gpuCount }) => gpuCount))]
  return [
    `Only ${gpuCounts.join(' or ')} GPUs keep the limits, and nobody here has so many at a known price.`,
  ]
}

/** What each provider of the GPU lacks of what the law or a contract asks. */
function lawReasons(
  sources: MatrixSources,
  { level, gpu }: Cell,
  requirements: PlanRequirements,
  { priced, lawful }: { readonly priced: readonly Match[]; readonly lawful: readonly Match[] },
): readonly string[] {
  if (lawful.length > 0) return []
  const providers =
    priced.length > 0
      ? [...new Set(priced.map(({ provider }) => provider))]
      : sources.providers.filter(
          (one) => one.level === level && one.offers.some((offer) => offer.gpu === gpu),
        )
  return providers.flatMap((provider) => lawReason(provider, sources.gpus[gpu], requirements))
}

function lawReason(provider: Provider, gpu: Gpu, requirements: PlanRequirements): readonly string[] {
  const missing = missingRegimes(provider, requirements)
  const reasons = missing.length > 0 ? [`${provider.title} does not attest ${missing.join(', ')}.`] : []
  const { residency = [] } = requirements
  const offered = provider.offers.filter((offer) => offer.gpu === gpu.name).flatMap(({ regions }) => regions)
  if (residency.length === 0 || regionsWith(provider, offered, requirements).length > 0) return reasons
  const where = residency.join(' and ')
  return [...reasons, `No region of ${provider.title} with the ${gpu.title} keeps text in ${where}.`]
}

function priceReasons(
  priced: readonly Match[],
  affordable: readonly Match[],
  maxNanoUsd: number,
): readonly string[] {
  if (affordable.length > 0 || priced.length === 0) return []
  const least = Math.min(...priced.map(({ cost }) => cost.nanoUsdPerKTok))
  return least > maxNanoUsd
    ? [`${dollars(least)} for 1,000 tokens at least, ${dollars(maxNanoUsd)} at most wanted.`]
    : []
}
