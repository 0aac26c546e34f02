import type { PlanCost } from '../cells/cell.ts'
import { LEVEL_TITLES } from '../cells/supply.ts'
import type { Company, Draft } from '../cells/verdict.ts'
import { middleNanoUsd } from '../cost/cost.ts'
import { breakEvenUtilisation, HOURS_PER_MONTH } from '../cost/ownership.ts'
import { digits, dollarRange, dollars, duration } from './figures.ts'

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

function withoutPrice(draft: Draft, { cheapest, elsewhere }: Company): string {
  const { gpu } = draft
  const [other] = elsewhere
    .flatMap(({ id, costs: [cost] }) => (cost ? [{ id, cost }] : []))
    .toSorted((a, b) => a.cost.nanoUsdPerKTok - b.cost.nanoUsdPerKTok)
  const there = other
    ? ` ${other.id} has the ${gpu.title} for ${dollars(other.cost.nanoUsdPerKTok)} per 1,000 tokens.`
    : ''
  const here = cheapest?.costs[0]
    ? ` At this level ${cheapest.id} costs ${dollars(cheapest.costs[0].nanoUsdPerKTok)}.`
    : ''
  return `${whyNoPrice(draft)}${there}${here}`
}

function whyNoPrice({ option, gpu, target, level }: Draft): string {
  if (option === null) return `No price for ${target.tier} on the ${gpu.title}: nothing of it runs there.`
  const machines = `${option.candidate.gpuCount} ${gpu.title} for ${target.tier}`
  return option.isOffered
    ? `No price is known for ${machines} here.`
    : `No price: no ${LEVEL_TITLES[level]} known here offers ${machines}.`
}

const price = (cost: PlanCost): string =>
  `${dollars(cost.nanoUsdPerKTok)} per 1,000 output tokens at ${cost.provider} (${dollarRange(cost.lowNanoUsdPerKTok, cost.highNanoUsdPerKTok)}), busy ${digits(100 * cost.utilisation)} % of the time; always busy ${dollars(cost.nanoUsdPerKTok * cost.utilisation)}.`

/** Rented by the hour of use beside owned for all hours, one GPU on both sides: a month would set a machine of eight against one GPU. */
function breakEven(draft: Draft, cost: PlanCost, { elsewhere }: Company): readonly string[] {
  const isOwned = draft.level === 'on_premises'
  const [other] = elsewhere
    .filter(({ level }) => (level === 'on_premises') !== isOwned)
    .flatMap(({ id, costs }) => costs.map((cost) => ({ id, cost })))
    .toSorted((a, b) => gpuHour(a.cost) - gpuHour(b.cost))
  if (other === undefined) return []
  const [owned, rented] = isOwned ? [cost, other.cost] : [other.cost, cost]
  const share = breakEvenUtilisation(gpuHour(owned), gpuHour(rented))
  const beside = `Beside ${other.id}`
  const each = `${dollars(gpuHour(owned))} for each GPU and hour owned, ${dollars(gpuHour(rented))} rented at ${rented.provider} (the middle of each range)`
  return share > 1
    ? [`${beside} owning never pays: ${each}.`]
    : [`${beside} owning pays from ${digits(100 * share)} % of all hours in use on: ${each}.`]
}

const gpuHour = ({ lowNanoUsdPerGpuHour, highNanoUsdPerGpuHour }: PlanCost): number =>
  middleNanoUsd(lowNanoUsdPerGpuHour, highNanoUsdPerGpuHour)

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
