import { TIERS, type Tier } from '../../tiers.ts'
import { type Candidate, capacityOf, type Limits, planOf } from '../cells/candidate.ts'
import { type Cell, type PlanRequirements, type Ranked, type Selection, TASKS } from '../cells/cell.ts'
import { isInstalledAt } from '../cells/supply.ts'
import { coldStart, notInstalled } from '../cells/verdict.ts'
import { overheadMs, readingMs } from '../model/performance.ts'
import { MATRIX } from '../sources/sources.gen.ts'
import type { MatrixSources, Provider } from '../sources/sources.ts'
import { digits, dollars, duration } from '../words/figures.ts'
import { limitsOf, type Match, matchCell } from './match.ts'
import { efficiencyScore } from './score.ts'

/**
 * The configurations of one tier that do everything required, best first, and all others with what is against each. Requirements
 * intersect. Plans are chosen again for the limits given, so a cell may qualify with more GPUs than its own plan has. A time limit that
 * is given takes the place of the tier's, so only looser ones than the tier's admit more. Lists of levels and GPUs name alternatives,
 * and an empty one names none. Without tier and task it is that of the first model named, or the smallest, since nothing says that more is needed.
 */
export function select(
  cells: readonly Cell[],
  requirements: PlanRequirements,
  sources: MatrixSources = MATRIX,
): Selection {
  const { tier, conflict } = tierOf(requirements, sources)
  const ofTier = cells.filter((cell) => cell.tier === tier)
  if (conflict !== null)
    return {
      tier,
      ranked: [],
      rejected: ofTier.map(({ id }) => ({ configuration: id, reasons: [conflict] })),
    }
  const limits = limitsOf(sources.tiers[tier], requirements)
  const matched = ofTier.map((cell) => ({ cell, ...matchCell(sources, cell, requirements) }))
  const choices = matched.flatMap(({ cell, matches }) => {
    const best = bestMatch(matches, requirements, limits)
    return best ? [{ cell, ...best }] : []
  })
  return {
    tier,
    ranked: rank(choices, requirements, limits),
    rejected: matched
      .filter(({ matches }) => matches.length === 0)
      .map(({ cell, against }) => ({ configuration: cell.id, reasons: against })),
  }
}

function tierOf(
  { tier, task, models }: PlanRequirements,
  sources: MatrixSources,
): { tier: Tier; conflict: string | null } {
  const ofTask = task && TIERS[TASKS.indexOf(task)]
  const conflict =
    tier && ofTask && tier !== ofTask
      ? `Tier ${tier} and task ${task} contradict each other: ${task} is tier ${ofTask}.`
      : null
  const ofModel = sources.models.find(({ name }) => models?.includes(name))?.tier
  return { tier: tier ?? ofTask ?? ofModel ?? TIERS[0], conflict }
}

/** A match with as many replicas as the users need, one where nothing is said of them. */
type Sized = {
  readonly match: Match
  readonly replicas: number
  readonly monthlyNanoUsd: number
  /**
   * What counts as its cost: the month where users are given, since replicas come whole. Where nothing is said of the load, the geometric
   * mean of a thousand tokens and the month, so that neither a machine that would stand idle nor one that is soon full is cheap.
   */
  readonly costNanoUsd: number
}

function bestMatch(
  matches: readonly Match[],
  { users }: PlanRequirements,
  limits: Limits,
): Sized | undefined {
  const sized = matches.map((match): Sized => {
    const replicas =
      users === undefined
        ? 1
        : Math.max(1, Math.ceil(users / Math.max(1, capacityOf(match.candidate, limits).sloConcurrency)))
    const monthlyNanoUsd = monthOf(match, replicas)
    return {
      match,
      replicas,
      monthlyNanoUsd,
      costNanoUsd:
        users === undefined ? Math.sqrt(match.cost.nanoUsdPerKTok * monthlyNanoUsd) : monthlyNanoUsd,
    }
  })
  return sized.toSorted(
    (a, b) =>
      a.costNanoUsd - b.costNanoUsd ||
      a.match.cost.nanoUsdPerKTok - b.match.cost.nanoUsdPerKTok ||
      a.match.candidate.gpuCount - b.match.candidate.gpuCount ||
      Number(isAtHand(b.match)) - Number(isAtHand(a.match)),
  )[0]
}

/** Replicas share what was rented as far as it has GPUs for them. */
function monthOf({ cost, candidate }: Match, replicas: number): number {
  const perRental = Math.max(1, Math.floor(cost.rentedGpus / candidate.gpuCount))
  return Math.ceil(replicas / perRental) * cost.monthlyNanoUsd
}

type Choice = Sized & { readonly cell: Cell }

const isAtHand = ({ provider, candidate }: Match): boolean => isInstalledAt(provider, candidate)

/** What stands somewhere today before what must be bought first; then by score and by name, so that the same question always has the same answer. */
function rank(choices: readonly Choice[], requirements: PlanRequirements, limits: Limits): readonly Ranked[] {
  const leastNanoUsd = Math.min(...choices.map(({ costNanoUsd }) => costNanoUsd))
  return choices
    .map((choice): Ranked => {
      const { cell, match, replicas, monthlyNanoUsd } = choice
      const plan = planOf(match.candidate, limits)
      return {
        configuration: cell.id,
        score: efficiencyScore({ plan, costNanoUsd: choice.costNanoUsd }, limits, leastNanoUsd),
        provider: match.provider.name,
        regions: match.regions,
        replicas,
        gpuCount: replicas * plan.gpuCount,
        plan,
        cost: match.cost,
        monthlyNanoUsd,
        isInstalled: isAtHand(match),
        reasons: reasonsFor(choice, plan.sloConcurrency, requirements, { limits, leastNanoUsd }),
      }
    })
    .toSorted(
      (a, b) =>
        Number(b.isInstalled) - Number(a.isInstalled) ||
        b.score - a.score ||
        (a.configuration < b.configuration ? -1 : 1),
    )
}

function reasonsFor(
  { match, replicas, monthlyNanoUsd, costNanoUsd }: Choice,
  atOnce: number,
  { users, compliance = [], residency = [], contextTokens = 0 }: PlanRequirements,
  { limits, leastNanoUsd }: { readonly limits: Limits; readonly leastNanoUsd: number },
): readonly string[] {
  const { cost, provider, candidate, regions } = match
  const { timeToFirstTokenP99Ms: first, timePerOutputTokenMs: further } = candidate.atPlannedLoad
  const beside =
    costNanoUsd > leastNanoUsd
      ? `${digits(costNanoUsd / leastNanoUsd)} times the least that qualifies`
      : 'the least that qualifies'
  return [
    `${dollars(cost.nanoUsdPerKTok)} for 1,000 tokens and ${dollars(monthlyNanoUsd)} a month at ${provider.title} (price read on ${cost.readOn}), ${beside}.`,
    `First token after ${digits(first.value)} of ${digits(limits.timeToFirstTokenP99Ms)} ms at p99, ${digits(further.value)} of ${digits(limits.timePerOutputTokenMs)} ms for each further one, with ${digits(candidate.load.concurrency)} at once.`,
    ...(users === undefined
      ? []
      : [
          `${replicas === 1 ? '1 replica' : `${digits(replicas)} replicas`} for ${digits(users)} users: each keeps the limits with up to ${digits(atOnce)} at once.`,
        ]),
    ...longContext(candidate, contextTokens),
    ...attested(provider, compliance),
    ...(residency.length > 0 ? [`Text stays in ${residency.join(' and ')} in ${regions.join(', ')}.`] : []),
    ...drawbacks(match, limits),
  ]
}

/** A promise is for the planned prompt; one that fills the context takes longer, whoever serves it. */
function longContext({ deployment, load }: Candidate, contextTokens: number): readonly string[] {
  const promptTokens = contextTokens - load.outputTokens
  if (promptTokens <= 2 * load.promptTokens) return []
  const aloneMs = overheadMs(deployment) + readingMs(deployment, promptTokens)
  return [
    `These times are for prompts of ${digits(load.promptTokens)} tokens: one of ${digits(promptTokens)} has room, and gets its first token after ${duration(aloneMs)} alone.`,
  ]
}

/** What was not read on the provider's own page is said to be so. */
function attested({ title, attestations }: Provider, compliance: readonly string[]): readonly string[] {
  if (compliance.length === 0) return []
  const unread = attestations.filter(
    ({ regime, source }) => compliance.includes(regime) && /not read|assumed/.test(source),
  )
  const doubt =
    unread.length > 0
      ? ` Ask for the reports: ${unread.map(({ regime }) => regime).join(', ')} not verified by us.`
      : ''
  return [`${title} attests ${compliance.join(', ')}.${doubt}`]
}

function drawbacks(match: Match, { timeToFirstTokenP99Ms }: Limits): readonly string[] {
  const { provider, candidate, cost } = match
  const isCold = provider.billing.scalesToZero && cost.coldStartMs > timeToFirstTokenP99Ms
  return [
    ...(isAtHand(match) ? [] : [notInstalled(candidate.deployment.gpu)]),
    ...(isCold ? [coldStart(cost.coldStartMs, timeToFirstTokenP99Ms)] : []),
  ]
}
