import type { PlanCost } from './cell.ts'
import { digits, dollarRange, dollars, duration } from './figures.ts'
import { breakEvenUtilisation, HOURS_PER_MONTH } from './ownership.ts'
import type { Company, Draft } from './verdict.ts'

/** What it costs, from when on another level is cheaper, and what keeping it warm costs. */
export function costGuidance(draft: Draft, company: Company): readonly string[] {
  const [cost] = draft.costs
  if (cost === undefined) return [withoutPrice(draft, company)]
  return [
    price(cost),
    ...breakEven(draft, cost, company),
    ...keepWarm(draft, cost),
    ...cheaper(draft, cost, company),
  ]
}

function withoutPrice({ gpu, target }: Draft, { cheapest, elsewhere }: Company): string {
  const [other] = elsewhere
    .flatMap(({ id, costs: [cost] }) => (cost ? [{ id, cost }] : []))
    .toSorted((a, b) => a.cost.nanoUsdPerKTok - b.cost.nanoUsdPerKTok)
  const there = other
    ? ` ${other.id} has the ${gpu.title} for ${dollars(other.cost.nanoUsdPerKTok)} per 1,000 tokens.`
    : ''
  const here = cheapest?.costs[0]
    ? ` At this level ${cheapest.id} costs ${dollars(cheapest.costs[0].nanoUsdPerKTok)}.`
    : ''
  return `Nothing to pay for ${target.tier} on the ${gpu.title} here.${there}${here}`
}

const price = (cost: PlanCost): string =>
  `${dollars(cost.nanoUsdPerKTok)} per 1,000 output tokens at ${cost.provider} (${dollarRange(cost.lowNanoUsdPerKTok, cost.highNanoUsdPerKTok)}), busy ${digits(100 * cost.utilisation)} % of the time; always busy ${dollars(cost.nanoUsdPerKTok * cost.utilisation)}.`

/** Rented by the hour of use beside owned for all hours; in each direction the cheapest of the other kind. */
function breakEven(draft: Draft, cost: PlanCost, { elsewhere }: Company): readonly string[] {
  const isOwned = draft.level === 'on_premises'
  const [other] = elsewhere
    .filter(({ level }) => (level === 'on_premises') !== isOwned)
    .flatMap(({ id, costs: [cheapest] }) => (cheapest ? [{ id, cost: cheapest }] : []))
    .toSorted((a, b) => a.cost.monthlyNanoUsd - b.cost.monthlyNanoUsd)
  if (other === undefined) return []
  const [owned, rented] = isOwned ? [cost, other.cost] : [other.cost, cost]
  const share = breakEvenUtilisation(owned.monthlyNanoUsd, rented.monthlyNanoUsd)
  const monthly = `${dollars(owned.monthlyNanoUsd)} a month owned, ${dollars(rented.monthlyNanoUsd)} rented`
  const beside = `Beside ${other.id}`
  return share > 1
    ? [`${beside} owning never pays: ${monthly}.`]
    : [`${beside} owning pays from ${digits(100 * share)} % of all hours in use on: ${monthly}.`]
}

function keepWarm({ provider }: Draft, cost: PlanCost): readonly string[] {
  const monthly = `${dollars(cost.monthlyNanoUsd)} a month`
  if (!provider?.billing.scalesToZero)
    return [
      `A replica stays and costs ${monthly}, used or not; another one is there after ${duration(cost.coldStartMs)}, so keep one to spare where load rises faster.`,
    ]
  const startNanoUsd = (cost.monthlyNanoUsd / HOURS_PER_MONTH) * (cost.coldStartMs / 3_600_000)
  return [
    `Keeping one warm costs ${monthly}; each start from nothing costs ${dollars(startNanoUsd)} and ${duration(cost.coldStartMs)} of waiting.`,
  ]
}

function cheaper({ id }: Draft, cost: PlanCost, { cheapest }: Company): readonly string[] {
  const best = cheapest?.costs[0]
  if (!cheapest || !best || cheapest.id === id) return []
  return [
    best.nanoUsdPerKTok < cost.nanoUsdPerKTok
      ? `${cheapest.id} keeps the promise for ${dollars(best.nanoUsdPerKTok)} per 1,000 tokens, ${digits(cost.nanoUsdPerKTok / best.nanoUsdPerKTok)} times less.`
      : `${cheapest.id} keeps the promise for ${dollars(best.nanoUsdPerKTok)} per 1,000 tokens.`,
  ]
}
